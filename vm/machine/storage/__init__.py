"""What lies on the computer's disk: the machine's image, the data disk, its snapshots and its transfer."""
