"""BuildKit's API, spoken by the engine: what `docker buildx build` and `docker compose build` ask for."""
