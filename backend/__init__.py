"""marinad: a container engine that speaks the Docker Engine REST API."""
