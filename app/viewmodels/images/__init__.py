"""Images, builds and registries."""
