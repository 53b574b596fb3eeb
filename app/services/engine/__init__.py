"""The Docker Engine API as its client speaks it, and the engines that the user knows."""
