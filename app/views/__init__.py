"""Widgets: the only folder that draws."""
