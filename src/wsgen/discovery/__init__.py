"""Paths -> modules and their sources; generated packages that no source accounts for."""
