"""Published statements, and what stored runs say of them."""
