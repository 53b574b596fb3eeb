"""Images in files and folders: load, save, import."""
