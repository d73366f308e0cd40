"""`ws.py` -> `ws.yaml`: the same routers, proven by rendering both before anything is written."""

from wsgen.migrate.importers import find_importers
from wsgen.migrate.plan import Migration, migrate_module, write_migration

__all__ = ["Migration", "find_importers", "migrate_module", "write_migration"]
