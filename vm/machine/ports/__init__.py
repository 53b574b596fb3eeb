"""Published ports on the computer."""
