"""Brokers: how updates reach the subscribers, in one process or in several."""
