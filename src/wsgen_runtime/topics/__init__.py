"""Topics: their subscribers, the producers of their updates, and the way of an update from one to the others."""
