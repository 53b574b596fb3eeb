"""Volumes and networks."""
