"""The pages of volumes and networks."""
