"""What containers wrote: stored, kept small, read again."""
