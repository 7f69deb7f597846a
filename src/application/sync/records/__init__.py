"""The kinds of record that are synced: how each is stored, made, read and changed."""
