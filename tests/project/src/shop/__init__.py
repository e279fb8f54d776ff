"""A shop: the project of somebody who asks what the GIL costs them."""
