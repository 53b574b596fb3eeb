"""Qt objects with signals that views draw; QtCore only."""
