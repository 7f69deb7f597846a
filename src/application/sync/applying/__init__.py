"""The steps of a plan are written here, unless something is another by now."""
