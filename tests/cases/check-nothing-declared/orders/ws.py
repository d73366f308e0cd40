"""No routers yet."""
