"""A log of a million lines."""
