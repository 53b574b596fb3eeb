"""What Marina touches outside its own folders: the browser, the docker command, its own removal."""
