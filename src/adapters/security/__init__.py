"""Secrets: passwords, tokens, sealed credentials."""
