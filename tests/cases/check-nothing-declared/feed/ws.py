"""Routers are made from WsRouter elsewhere."""
