"""What the kernel is told: interfaces, namespaces, firewall."""
