"""Writing to a gym provider."""
