"""One process that carries out commands, each by a word to the exchange, which may kill it meanwhile."""

import asyncio
import json
import os
import sys

import uvicorn
from tests.runtime.orders import Commands, NewOrder, OrderAck, OrderRejected, Orders, by_user

from wsgen_runtime import CommandContext, WsApp
from wsgen_runtime.brokers.redis import RedisBroker


class Broking(Orders):
    """Has each order done by the exchange, which counts what is done where nobody is killed."""

    def __init__(self, exchange: int) -> None:
        super().__init__()
        self.exchange = exchange

    async def place_order(self, request: NewOrder, context: CommandContext) -> OrderAck:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.exchange)
        try:
            for step in ("begin", "do"):
                said = {"step": step, "pid": os.getpid(), "key": f"{context.user_id}/{context.key}"}
                writer.write(json.dumps(said).encode() + b"\n")
                answer = json.loads(await reader.readline())
        finally:
            writer.close()
        if answer["number"] % 10 == 0:
            raise OrderRejected(str(answer["number"]))
        return OrderAck(number=answer["number"])


def main() -> None:
    redis, exchange, port, lease = sys.argv[1:]
    broker = RedisBroker(redis, prefix="proof", lease=float(lease))
    app = WsApp(commands=Commands(Broking(int(exchange))), authenticate=by_user, broker=broker)
    uvicorn.run(app, port=int(port), log_level="error", ws="websockets-sansio")


if __name__ == "__main__":
    main()
