"""Applications in JavaScript in place of reference clients: they have proxies, and tell what they see."""
