"""Make AsyncAPI documents of three versions from ModuleSpecs, and check any document."""
