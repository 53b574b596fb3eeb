"""Git repositories as contexts and sources."""
