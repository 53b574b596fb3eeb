"""QEMU: its command line, its process, its control protocol, and what it can use of the computer."""
