"""Retell, the voice agent."""
