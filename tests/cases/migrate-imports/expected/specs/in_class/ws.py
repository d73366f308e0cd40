from .ws_generated import BarWsRouter


def start() -> object:
    import asyncio

    return asyncio, BarWsRouter()


if __name__ == "__main__":
    start()
