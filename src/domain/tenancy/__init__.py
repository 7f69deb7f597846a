"""A business, its sites and its connections to providers."""
