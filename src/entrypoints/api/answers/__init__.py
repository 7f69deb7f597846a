"""What the API answers: the shapes that clients may rely on, and how entities become them."""
