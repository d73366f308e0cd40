"""What all WebSocket routes share."""
