"""The AsyncAPI stub of a module: every frame of its channel, without the payload schemas."""
