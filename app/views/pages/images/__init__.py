"""The pages of images, builds and registries."""
