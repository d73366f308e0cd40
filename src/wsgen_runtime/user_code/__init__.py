"""Functions that users pass in: which are accepted, how they are called, how their failures are logged."""
