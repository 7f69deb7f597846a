"""Runs from their beginning to their end, by whom they are asked for, and their locks."""
