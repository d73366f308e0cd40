"""What the generator costs, as ratios to what a user would run without it."""
