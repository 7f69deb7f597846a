"""Members, their memberships and the packages on sale."""
