"""A small trading backend that shows wsgen at work: market data and a broker."""
