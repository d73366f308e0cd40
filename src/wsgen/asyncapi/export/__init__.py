"""From the specs of modules to AsyncAPI documents in files."""
