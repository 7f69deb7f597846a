"""What people change in records that are synced."""
