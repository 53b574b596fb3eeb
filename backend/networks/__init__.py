"""Networks: bridge, addresses, name service, published ports."""
