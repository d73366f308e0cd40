"""Python source by its syntax tree: where names are used, and edits that leave all other characters as they are.

Nothing here knows about routers. Generic classes as templates and the migration of a ws.py share it.
"""
