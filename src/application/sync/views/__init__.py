"""What can be looked at: states, runs, plans, conflicts, versions and reasons. Writes nothing."""
