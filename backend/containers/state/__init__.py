"""A container's life: started, held, checked, ended, taken over after the engine's end."""
