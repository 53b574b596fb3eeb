"""HTTP edge of the engine: one module for each area of the Docker Engine API."""
