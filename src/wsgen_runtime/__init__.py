"""What generated routers run on."""
