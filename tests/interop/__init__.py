"""Give the documents of the example to tools of other projects, and look at what comes: `make interop`."""
