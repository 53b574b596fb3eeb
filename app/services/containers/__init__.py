"""What one does with containers: run, change, look inside; compose projects; files of volumes."""
