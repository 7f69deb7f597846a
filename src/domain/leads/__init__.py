"""People who are not customers yet."""
