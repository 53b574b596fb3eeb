"""Published ports, from the request to the socket."""
