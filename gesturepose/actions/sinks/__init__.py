"""Ways of injecting input: one file each. Importing this package imports none of them."""
