"""What belongs to the window as a whole: search, notices, preferences, updates."""
