"""When to call a provider again, and when not: pure state machines."""
