"""`ws.py` -> `ws.yaml`: the same routers, proven by rendering both before anything is written."""

from wsgen.migrate.plan import Migration, migrate_module, write_migration

__all__ = ["Migration", "migrate_module", "write_migration"]
