"""The virtual machine: how its image is made and how it runs."""
