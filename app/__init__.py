"""Marina desktop: window, command line, and the services that both use."""
