"""Turn the specs of modules into AsyncAPI documents in files."""
