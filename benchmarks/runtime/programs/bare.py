"""The reference: a bare loop that sends one text, made once, to each subscriber, without any checks."""

from collections.abc import Iterable

from starlette.types import Message, Receive, Scope, Send

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


def message_with(number: int, bar: Bar) -> Message:
    """Return the ASGI message that carries `bar`, as all contestants send it."""
    data = bar.model_dump_json()
    topic = f'bars:{{\\"symbol\\":\\"S{number}\\"}}'
    text = f'{{"type":"bars.update","payload":{{"topic":"{topic}","payload":{data}}},"seq":1}}'
    return {"type": "websocket.send", "text": text}


def subscribers_of(number: int) -> Iterable[Send]:
    """Return the subscribers of the topic."""
    return _subscribers[number].values()


async def publish(number: int, bar: Bar) -> None:
    """Send `bar` to all subscribers, one after the other."""
    message = message_with(number, bar)
    for send in subscribers_of(number):
        await send(message)
