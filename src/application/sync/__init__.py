"""Keeping step with a provider."""
