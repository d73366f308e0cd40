"""Topics: their subscribers, the producers of their updates, and the delivery of each update."""
