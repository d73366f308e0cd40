"""Faults of the machine and of its users, one after another against real runs: `python -m tests.faults`."""
