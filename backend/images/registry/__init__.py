"""Speaking to registries."""
