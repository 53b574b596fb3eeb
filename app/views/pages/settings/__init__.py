"""Settings and Troubleshoot."""
