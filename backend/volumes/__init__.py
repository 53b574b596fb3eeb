"""Volumes and the mounts made from them."""
