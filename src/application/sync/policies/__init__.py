"""Which law holds for a field, and what a person said otherwise since."""
