"""Webhooks: deliveries that come in, messages that go out."""
