"""Images: references, registries, blobs, layers."""
