"""Many processes: updates travel through Redis, and one process at a time produces a topic.

    ws_app = WsApp(title="datafeed", routers=[...], broker="redis://localhost:6379/0")

Or `broker=RedisBroker(url, prefix=..., lease=...)`. One Redis server; neither Cluster nor Sentinel.
"""

try:
    import redis.asyncio  # noqa: F401 - to say here what is missing
except ModuleNotFoundError as error:
    message = "the Redis broker needs redis-py: pip install 'wsgen-runtime[redis]'"
    raise ModuleNotFoundError(message, name="redis") from error

from wsgen_runtime.brokers.redis.broker import RedisBroker

__all__ = ["RedisBroker"]
