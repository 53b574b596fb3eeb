"""The processes of a container, as `ps` and `docker top` list them."""
