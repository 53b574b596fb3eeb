"""The Containers page, one container's tabs, and compose projects."""
