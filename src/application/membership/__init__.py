"""Use cases on members, memberships and packages."""
