"""The programs that the benchmark runs in separate processes and environments.

Each contestant is a module with `app`, `SUBSCRIBE` and `UNSUBSCRIBE` (the client's frames, `%d` for the number of
the topic) and `publish(number, bar)`. Nothing here may need a package that one of the environments lacks.
"""
