"""Migrate a `ws.py` to a `ws.yaml` with the same routers, which both are rendered to prove before a write."""

from wsgen.migrate.importers import find_importers
from wsgen.migrate.migration import Migration, migrate_module, write_migration

__all__ = ["Migration", "find_importers", "migrate_module", "write_migration"]
