"""Images on their way in and out: pull, push, and what both need."""
