"""AsyncAPI documents: ModuleSpecs -> documents of three versions, and checks of any document."""
