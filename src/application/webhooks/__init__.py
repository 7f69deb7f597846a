"""Use cases about webhooks, incoming and outgoing."""
