"""The version of the wsgen distribution."""

__version__ = "0.1.0"
