"""The files in containers and volumes: looked at, copied both ways, compared."""
