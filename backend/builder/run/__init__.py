"""RUN: a command in a container, with what is mounted for it."""
