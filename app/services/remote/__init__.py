"""Engines on other computers."""
