"""Updates by The Update Framework: found when the user wants, tried before they are used, undone."""
