"""The TypeScript client: its types, and an index that names the routes and commands for the runtime."""
