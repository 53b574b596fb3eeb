"""What begins when the user logs in: the machine, the window; each system is told so in its own way."""
