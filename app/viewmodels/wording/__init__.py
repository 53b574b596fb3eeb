"""Texts: sizes and times as people read them, and the services' sentences in the window's language."""
