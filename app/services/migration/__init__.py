"""What comes from another engine: images, volumes, networks, containers are copied; nothing changes there."""
