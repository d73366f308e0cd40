"""The forms that a legacy ws.py has had in projects, by name; each is a module of its own."""

_HEAD = '''\
"""The WebSocket routers."""

import os
from typing import TYPE_CHECKING, TypeAlias

from trading_api.models import (
    Bar,
    BarsSubscriptionRequest,
    Quote,
    QuotesSubscriptionRequest,
)
from trading_api.shared.ws.generic_route import WsRouter
from trading_api.shared.ws.module_router_generator import generate_module_routers
from trading_api.shared.ws.router_interface import WsRouterInterface, WsRouteService
'''
_ALIASES = """\
    BarWsRouter: TypeAlias = WsRouter[BarsSubscriptionRequest, Bar]
    QuoteWsRouter: TypeAlias = WsRouter[QuotesSubscriptionRequest, Quote]
"""
_IMPORT = "from .ws_generated import BarWsRouter, QuoteWsRouter\n"
_CLASS = '''

class Routers(list[WsRouterInterface]):
    """The routers of this module."""

    def __init__(self, service: WsRouteService) -> None:
'''
_GENERATE = "generate_module_routers(os.path.basename(os.path.dirname(__file__)))\n"
_BUILD = """\
        bars = BarWsRouter(route="bars", tags=["feed"], service=service)
        quotes = QuoteWsRouter(route="quotes", tags=["feed"], service=service)
        super().__init__([bars, quotes])
"""

HIDDEN = f"""\
{_HEAD}
# Aliases for the router generator.
if TYPE_CHECKING:
    # TypeAlias declarations for code generation (compile-time only)
{_ALIASES}    # TODO: one for orders
{_CLASS}        {_GENERATE}
        # Import generated routers (runtime)
        if not TYPE_CHECKING:
            {_IMPORT}
{_BUILD}"""

SHAPES = {
    # The import is hidden from type checkers, which take the aliases for the classes.
    "hidden": HIDDEN,
    "tight": f"""\
{_HEAD}
if TYPE_CHECKING:
{_ALIASES}{_CLASS}        {_GENERATE}        if not TYPE_CHECKING:
            from .ws_generated import (
                BarWsRouter,  # of bars
                QuoteWsRouter,
            )
{_BUILD}""",
    "hidden_with_more": f"""\
{_HEAD}
if TYPE_CHECKING:
{_ALIASES}{_CLASS}        if not TYPE_CHECKING:
            {_GENERATE}            {_IMPORT}
{_BUILD}""",
    "hidden_in_elif": f"""\
{_HEAD}
if TYPE_CHECKING:
{_ALIASES}{_CLASS}        if os.name == "java":
            raise NotImplementedError
        elif not TYPE_CHECKING:
            {_IMPORT}
        {_GENERATE}
{_BUILD}""",
    "hidden_assignments": f"""\
{_HEAD}
if TYPE_CHECKING:
{_ALIASES}{_CLASS}        {_GENERATE}        if not TYPE_CHECKING:
            from . import ws_generated

            BarWsRouter = ws_generated.BarWsRouter
            QuoteWsRouter = ws_generated.QuoteWsRouter

{_BUILD}""",
    "hidden_in_try": f"""\
{_HEAD}
if TYPE_CHECKING:
{_ALIASES}{_CLASS}        if not TYPE_CHECKING:
            try:
                {_IMPORT}            except ImportError:
                {_GENERATE}                {_IMPORT}
{_BUILD}""",
    "typed": f"""\
{_HEAD}
if TYPE_CHECKING:
{_ALIASES}{_CLASS}        {_GENERATE}        if not TYPE_CHECKING:
            {_IMPORT}
{_BUILD}        self.bars: BarWsRouter = bars

    def quotes(self) -> "QuoteWsRouter | None":
        return None
""",
    # One name for type checkers, and another for Python.
    "branches": f"""\
{_HEAD}
if TYPE_CHECKING:
    # Type aliases for type checkers
{_ALIASES}else:
    # The concrete classes.
    {_IMPORT}{_CLASS}        print(os.name, generate_module_routers)
{_BUILD}""",
    "branches_turned": f"""\
{_HEAD}
if not TYPE_CHECKING:
    {_IMPORT}else:
{_ALIASES}{_CLASS}        print(os.name, generate_module_routers)
{_BUILD}""",
    "branches_after_code": f"""\
{_HEAD}
{_GENERATE}
if TYPE_CHECKING:
{_ALIASES}else:
    {_IMPORT}{_CLASS}{_BUILD}""",
    "branches_turned_after_code": f"""\
{_HEAD}
{_GENERATE}
if not TYPE_CHECKING:
    {_IMPORT}else:
{_ALIASES}{_CLASS}{_BUILD}""",
    "branches_apart": f"""\
{_HEAD}
if TYPE_CHECKING:
{_ALIASES}
{_GENERATE}
if not TYPE_CHECKING:
    {_IMPORT}{_CLASS}{_BUILD}""",
    "branches_with_more": f"""\
{_HEAD}
if TYPE_CHECKING:
    from collections.abc import Sequence

{_ALIASES}else:
    {_GENERATE}    {_IMPORT}{_CLASS}{_BUILD}

def names(routers: "Sequence[BarWsRouter]") -> list[str]:
    return [str(router) for router in routers]
""",
    # Nothing is hidden.
    "plain": f"""\
{_HEAD}
if TYPE_CHECKING:
{_ALIASES}{_CLASS}        {_GENERATE}        {_IMPORT}
{_BUILD}""",
}
