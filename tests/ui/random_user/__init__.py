"""Somebody who presses anything in the window, while the engine behind it has troubles of all kinds."""
