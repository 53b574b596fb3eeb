"""Qt-free core of the desktop: what the window can do, the command line can do."""
