"""What is put back, and stays put back."""
