"""A terminal: what programs write, the screen that it makes, what is selected on it."""
