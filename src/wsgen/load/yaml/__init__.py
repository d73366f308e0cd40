"""`ws.yaml`: text -> nodes -> declarations, with a position for each value."""
