"""Who is asking, and managing who may."""
