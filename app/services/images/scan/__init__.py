"""What is in an image, and what is known to be wrong with it: a scanner, run in a container."""
