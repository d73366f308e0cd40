"""Long runs against a real server, outside the suite: `python -m tests.runtime.soak`."""
