"""What builds find again: steps that were made before, and folders kept for commands."""
