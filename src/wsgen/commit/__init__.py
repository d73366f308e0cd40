"""Compare, lock, replace: the only stage that changes the user's files."""
