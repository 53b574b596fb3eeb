"""Behaviour that the desktop relies on, written once and run on every engine: it keeps the fake honest."""
