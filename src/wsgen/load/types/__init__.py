"""Type expressions: their grammar in `ws.yaml`, and which types requests and data may have."""
