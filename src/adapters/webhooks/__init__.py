"""What the webhooks of all providers are read and verified with."""
