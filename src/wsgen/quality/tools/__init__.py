"""The tools that quality steps run."""
