"""Continuity under faults: real processes are killed and stopped, and clients must know what they missed."""
