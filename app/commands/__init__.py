"""The command line's commands: one module for each group, imported only when one of its commands runs."""
