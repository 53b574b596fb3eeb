"""Lists and trees that stay true while what they show changes."""
