"""The app of the soak: a route whose updates are the time of publishing, and one for large updates."""

from tests.runtime.services import BarRequest, Recorder

from wsgen_runtime import Limits, WsApp, WsRouter

TIMES = 'times:{"resolution":"","symbol":"all"}'
BLOBS = 'blobs:{"resolution":"","symbol":"all"}'
# For clients that are to go on whatever they send.
PATIENT = Limits(bad_frames=None, frames_per_second=None)


def routers(service: Recorder) -> list[WsRouter]:
    return [
        WsRouter(service=service, route="times", request_type=BarRequest, data_type=float),
        WsRouter(service=service, route="blobs", request_type=BarRequest, data_type=str),
    ]


def times_app(service: Recorder, limits: Limits = PATIENT) -> WsApp:
    return WsApp(routers=routers(service), limits=limits)
