"""The simulated accounts that modules share."""
