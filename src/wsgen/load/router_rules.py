"""Checks of a router in `ws.yaml` that concern several of its keys, which no schema makes."""

import re
from collections.abc import Iterator

from wsgen.diagnostics import Diagnostic, Note
from wsgen.load.declaration import RouterDeclaration
from wsgen.load.schema import schema_at
from wsgen.model import History, Overflow, UpdateSource

_EXAMPLE = re.compile(r"examples\.\d+")
_CHANGES = "the updates of a route with a snapshot are changes to it, of which {} would omit some"


def contradictions(router: RouterDeclaration) -> Iterator[Diagnostic]:
    """Report each key of `router` that contradicts another one."""
    fields = router.fields
    delivery = fields.get("delivery", {})
    is_published = fields.get("source") == UpdateSource.PUBLISHED
    if "snapshot" in router.spans:
        if "interval" in delivery:
            help_text = "Remove `interval`, or `snapshot`."
            message = _CHANGES.format("`interval`")
            yield _contradiction(router, "delivery.interval", "snapshot", message, help_text)
        if delivery.get("overflow") == Overflow.LATEST:
            help_text = "Remove `overflow`, since a slow client gets a new snapshot, or `snapshot`."
            message = _CHANGES.format("`latest`")
            yield _contradiction(router, "delivery.overflow", "snapshot", message, help_text)
        if fields.get("replay"):
            message = "a new subscriber gets the snapshot, which has the updates before it"
            help_text = "Remove `replay`, or `snapshot`."
            yield _contradiction(router, "replay", "snapshot", message, help_text)
    if is_published and "snapshot" in router.spans:
        message = "a published route has no service that could make a snapshot"
        help_text = "Remove `snapshot`, or `source: published`."
        yield _contradiction(router, "snapshot", "source", message, help_text)
    if is_published and "interval" in delivery:
        message = "a published route has no producer whose updates `interval` could space"
        help_text = "Remove `interval`, or `source: published`."
        yield _contradiction(router, "delivery.interval", "source", message, help_text)
    yield from _replayed(router)
    yield from _examples(router)


def not_for_generic_class(router: RouterDeclaration) -> Iterator[Diagnostic]:
    """Report each key of `router` that only routers of the runtime know, and a missing request."""
    for key in router.fields:
        if schema_at(("routers", router.class_name, key)).get("x-wsgen-native"):
            message = f"routers that are made from a generic class have no `{key}`"
            help_text = f"Remove `{key}`, or the setting `template`."
            yield Diagnostic("WSG131", message, router.place(key), help=help_text)
    if "request" not in router.spans and router.spans:
        message = f"`{router.class_name}` has no `request`, which the generic class needs"
        help_text = "Add it, as in `request: BarsSubscriptionRequest`."
        yield Diagnostic("WSG131", message, router.span, help=help_text)


def _replayed(router: RouterDeclaration) -> Iterator[Diagnostic]:
    """Report a replay of more updates than are kept."""
    replay = router.fields.get("replay", 0)
    if replay and "history" not in router.spans:
        message = f"`replay` is {replay}, but no updates are kept that could be replayed"
        help_text = "Add `history: {}`, or remove `replay`."
        yield Diagnostic("WSG130", message, router.place("replay"), help=help_text)
    elif "history" in router.fields:
        history = router.fields["history"]
        most = history.get("updates", History().updates)
        is_wrong = "history.updates" in router.spans and "updates" not in history
        if replay > most and not is_wrong:
            message = f"`replay` is {replay}, but at most {most} updates are kept"
            help_text = "Lower `replay`, or raise `updates` of `history`."
            yield _contradiction(router, "replay", "history", message, help_text)


def _examples(router: RouterDeclaration) -> Iterator[Diagnostic]:
    """Report examples that have a request where the route has none, or the other way round."""
    examples = router.fields.get("examples", ())
    places = [key for key in router.spans if _EXAMPLE.fullmatch(key)]
    for place, example in zip(places, examples, strict=False):
        if "request" in router.spans and f"{place}.request" not in router.spans:
            message = "the example has no `request`, which a client of this route sends"
            help_text = "Add it, as in `request: {symbol: AAPL}`."
            yield Diagnostic("WSG130", message, router.place(place), help=help_text)
        elif "request" not in router.spans and "request" in example:
            message = "the example has a `request`, but the route has none"
            help_text = "Remove it, or name the model of the requests in `request` of the router."
            yield Diagnostic("WSG130", message, router.place(f"{place}.request"), help=help_text)
        elif "request" not in router.spans and f"{place}.data" not in router.spans:
            message = "the example shows nothing: it has no `data`"
            help_text = "Add `data`, or remove the example."
            yield Diagnostic("WSG130", message, router.place(place), help=help_text)


def _contradiction(
    router: RouterDeclaration, key: str, other: str, message: str, help_text: str
) -> Diagnostic:
    note = Note(f"`{other}` is here", router.place(other))
    return Diagnostic("WSG130", message, router.place(key), help=help_text, notes=(note,))
