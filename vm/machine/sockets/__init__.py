"""Sockets that only their user may open, on every system."""
