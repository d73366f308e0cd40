"""The first hour of a user, in projects of many kinds: `make first-hour`."""
