"""What is sent to one client: waiting frames, and how the ASGI server is given them."""
