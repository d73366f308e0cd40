"""Commands with keys through faults of real processes: `python -m tests.runtime.commands.proof`."""
