"""What people decide, one or many, and decide anew."""
