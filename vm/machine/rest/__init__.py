"""A machine that nobody uses goes to disk, and comes back when it is called."""
