"""A terminal's screen, keys and mouse."""
