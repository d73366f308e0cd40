"""What other programs run of wsgen: pre-commit its hooks, GitHub its action."""
