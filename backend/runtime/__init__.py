"""The OCI runtime and what it needs: specification, overlay, cgroups, monitor."""
