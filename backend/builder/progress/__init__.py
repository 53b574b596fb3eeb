"""What a build tells while it runs."""
