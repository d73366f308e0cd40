"""RedisBroker: for several processes, of which one at a time produces a topic.

    ws_app = WsApp(title="datafeed", routers=[...], broker="redis://localhost:6379/0")

Or `broker=RedisBroker(url, prefix=..., lease=...)`. Works with a single Redis server, or with the master that
Sentinel names; not with Cluster.
"""

try:
    import redis.asyncio  # noqa: F401 - to report here what is missing
except ModuleNotFoundError as error:
    message = "the Redis broker needs redis-py: pip install 'wsgen-runtime[redis]'"
    raise ModuleNotFoundError(message, name="redis") from error

from wsgen_runtime.brokers.redis.broker import RedisBroker

__all__ = ["RedisBroker"]
