"""Layers: unpacked, stored, mounted, compressed again."""
