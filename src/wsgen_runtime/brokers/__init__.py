"""How updates reach subscribers: within one process, or across many."""
