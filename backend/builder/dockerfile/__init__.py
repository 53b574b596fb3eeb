"""Dockerfiles as text: parsed, expanded, checked; nothing here builds."""
