"""Functions of users: which are accepted, how they are called, and how their failures are logged."""
