"""Webhooks that we send, by Standard Webhooks 1.0.0 (github.com/standard-webhooks/standard-webhooks)."""
