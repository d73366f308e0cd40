from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from app.models import Quote, QuoteRequest
    from shared.generic_route import WsRouter

    QuoteWsRouter: TypeAlias = WsRouter[QuoteRequest, Quote | None]
