"""How records of ours are tied to those of a provider, and what hangs on that."""
