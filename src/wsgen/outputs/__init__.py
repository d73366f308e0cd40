"""ModuleSpec -> the files of its package. Each kind of output is registered by name; nothing is written here."""
