"""Shared folders: the computer's files served to the guest, and their changes told to it."""
