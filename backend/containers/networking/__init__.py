"""Containers' side of networks: what they ask for, joining and leaving."""
