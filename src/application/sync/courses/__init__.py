"""What a sync of a name consists of, and the kinds of record in it."""
