"""Stages: what they begin with, what they need of each other, and building them."""
