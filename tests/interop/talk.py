"""Ask by a method of a generated Python client, print the first frame of a type.

`python talk.py FOLDER METHOD MESSAGE TYPE HANDLER`, where HANDLER is the method that registers a handler.
It is run by the Python of .venv-interop, which has what the client imports.
"""
# ruff: noqa: T201 - a program prints

import importlib
import inspect
import json
import sys
import threading
from typing import Any


def main(folder: str, method: str, message: str, kind: str, handler: str) -> int:
    sys.path.insert(0, folder)
    module = importlib.import_module("client")
    (made,) = (found for _, found in inspect.getmembers(module, inspect.isclass))
    client: Any = made()  # a class that the generator has made
    came = threading.Event()
    frames: list[object] = []

    def receive(text: object) -> None:
        frame = json.loads(text) if isinstance(text, str) else text
        if isinstance(frame, dict) and frame["type"] == kind and not came.is_set():
            frames.append(frame)
            came.set()

    getattr(client, handler)(receive, discriminator_key="type", discriminator_value=kind)
    opened = threading.Event()
    on_open = client.on_open

    def note(socket: object) -> None:
        on_open(socket)
        opened.set()

    client.on_open = note
    client.connect()
    if opened.wait(30):
        getattr(client, method)(json.loads(message))
        came.wait(30)
    client.close()
    print(f"\n{json.dumps(frames[0])}" if frames else f"no {kind} came")
    return 0 if frames else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
