"""Values, errors and events that every context speaks."""
