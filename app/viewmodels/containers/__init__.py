"""The container list, one container's page, and the forms that make and change containers."""
