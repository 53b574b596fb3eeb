"""What one does with images: name, pull, build, sign in to registries."""
