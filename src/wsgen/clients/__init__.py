"""Make typed clients, and keep their files: from the modules of a project, or from any AsyncAPI document."""
