"""A package with every kind of model."""
