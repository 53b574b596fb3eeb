"""What containers mount: wishes checked, sources found, volumes filled."""
