"""Names: who is found under which, and the name service that says so."""
