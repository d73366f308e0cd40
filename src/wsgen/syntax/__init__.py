"""Python text by its syntax tree: where its names stand, and edits that keep every other character.

Nothing here knows what routers are: the generic class as template and the migration of a ws.py share it.
"""
