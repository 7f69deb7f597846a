"""Use cases on leads."""
