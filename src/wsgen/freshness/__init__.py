"""Whether a module's package is current, and if not, why: from hashes, sizes and times."""
