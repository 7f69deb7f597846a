"""The collections of one tenant, over a transaction."""
