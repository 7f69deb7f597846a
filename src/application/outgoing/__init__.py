"""Webhooks that go out: endpoints, and the messages that tell them what happened."""
