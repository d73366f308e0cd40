"""The reference: one text, made once, sent in a bare loop to each subscriber. No checks, no second thoughts."""

from starlette.types import Receive, Scope, Send

from benchmarks.runtime.programs.bar import Bar

SUBSCRIBE = "+%d"
UNSUBSCRIBE = "-%d"

_subscribers: dict[int, dict[int, Send]] = {}


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """Serve one connection."""
    if scope["type"] != "websocket":
        return
    await receive()
    await send({"type": "websocket.accept", "subprotocol": None, "headers": []})
    key = id(send)
    while (message := await receive())["type"] == "websocket.receive":
        text = message["text"]
        number = int(text[1:])
        if text[0] == "+":
            _subscribers.setdefault(number, {})[key] = send
        else:
            _subscribers.get(number, {}).pop(key, None)
        await send({"type": "websocket.send", "text": "ok"})
    for subscribers in _subscribers.values():
        subscribers.pop(key, None)


async def publish(number: int, bar: Bar) -> None:
    """Send `bar` to all subscribers, one after the other."""
    data = bar.model_dump_json()
    topic = f'bars:{{\\"symbol\\":\\"S{number}\\"}}'
    text = f'{{"type":"bars.update","payload":{{"topic":"{topic}","payload":{data}}},"seq":1}}'
    message = {"type": "websocket.send", "text": text}
    for send in _subscribers[number].values():
        await send(message)
