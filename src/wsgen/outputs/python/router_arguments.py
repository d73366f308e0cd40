"""What a router passes to the runtime, as lines of code, and the type of its service."""

from collections.abc import Iterator

from wsgen.model import RouterSpec
from wsgen.outputs.python.literals import call, literal, string_tuple
from wsgen.outputs.python.type_imports import Imports

_INDENT = 12


class Arguments(tuple[str, ...]):
    """The arguments, each with its name; `used` says whether a template has written them."""

    used = False

    def __iter__(self) -> Iterator[str]:
        """Iterate over the arguments, as a template does to write them."""
        self.used = True
        return super().__iter__()


def router_arguments(router: RouterSpec, imports: Imports) -> Iterator[str]:
    """Yield each argument, without a comma, for lines that are indented by twelve spaces."""
    if not router.is_published:
        yield "service=service"
    yield "route=route"
    yield "tags=tags"
    yield f"request_type={imports.expression(router.request) if router.request else None}"
    yield f"data_type={imports.expression(router.data)}"
    if router.snapshot:
        yield f"snapshot_type={imports.expression(router.snapshot)}"
    yield f"delivery={delivery_call(router)}"
    if history := router.history:
        values = (
            f"updates={history.updates}",
            f"seconds={_number(history.seconds)}",
            f"bytes={history.bytes}",
        )
        yield f"history={call('History(', values, ')', indent=_INDENT, before='history=')}"
    if router.replay:
        yield f"replay={router.replay}"
    if router.is_published:
        yield "published=True"
    if router.errors:
        codes = [code for code, _ in router.errors]
        yield f"errors={string_tuple(codes, indent=_INDENT, before='errors=')}"
    if router.deprecated:
        yield "deprecated=True"


def delivery_call(router: RouterSpec) -> str:
    """Return the call of `Delivery`."""
    delivery = router.delivery
    values = [f"queue={delivery.queue}", f"overflow={literal(delivery.overflow.value)}"]
    if delivery.interval is not None:
        values.append(f"interval={_number(delivery.interval)}")
    return call("Delivery(", values, ")", indent=_INDENT, before="delivery=")


def service_type_of(router: RouterSpec) -> str | None:
    """Return the name that the runtime has for services of this kind of route, None if it has no service."""
    if router.is_published:
        return None
    kind = "SnapshotService" if router.snapshot else "Service"
    return kind if router.request else f"{kind}WithoutRequest"


def service_expression(router: RouterSpec, imports: Imports) -> str:
    """Return the type of the service with the types of the route, for a parameter of `__init__`."""
    types = filter(None, (router.request, router.data, router.snapshot))
    expressions = [imports.expression(ref) for ref in types]
    if len(expressions) == 1:  # of which a trailing comma would make a tuple
        return f"{service_type_of(router)}[{expressions[0]}]"
    return call(f"{service_type_of(router)}[", expressions, "]", indent=8, before="service: ")


def _number(value: float) -> str:
    return str(int(value)) if value.is_integer() else repr(value)
