"""The ways between supervisor and guest: tunnel, virtio ports, names, keys, and whether they work."""
