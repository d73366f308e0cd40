"""The document of a module with the routes bars and quotes, written by hand, as the runtime serves it."""

from copy import deepcopy
from typing import Any

Document = dict[str, Any]  # JSON, taken apart freely by the tests

BARS_REQUEST: Document = {
    "title": "BarsSubscriptionRequest",
    "description": "Which bars to receive.",
    "type": "object",
    "properties": {
        "symbol": {
            "type": "string",
            "minLength": 1,
            "description": "The instrument, as `quotes` names it.",
            "examples": ["AAPL"],
        },
        "resolution": {"$ref": "#/components/schemas/Resolution", "default": "1m"},
        "history": {
            "anyOf": [{"type": "integer", "minimum": 0, "maximum": 500}, {"type": "null"}],
            "default": None,
            "description": "Past bars to send first.",
        },
        "range": {
            "anyOf": [{"$ref": "#/components/schemas/Range"}, {"type": "null"}],
            "default": None,
        },
        "adjusted": {"type": "boolean", "default": False},
    },
    "required": ["symbol"],
}
QUOTES_REQUEST: Document = {
    "title": "QuotesSubscriptionRequest",
    "type": "object",
    "properties": {
        "symbols": {"type": "array", "items": {"type": "string"}, "examples": [["AAPL", "MSFT"]]}
    },
    "required": ["symbols"],
}
SCHEMAS: Document = {
    "BarsSubscriptionRequest": BARS_REQUEST,
    "QuotesSubscriptionRequest": QUOTES_REQUEST,
    "Resolution": {
        "title": "Resolution",
        "type": "string",
        "enum": ["1m", "5m", "1h", "1d"],
        "description": "How long a bar lasts.",
    },
    "Range": {
        "title": "Range",
        "type": "object",
        "properties": {
            "start": {"type": "string", "format": "date-time"},
            "end": {"anyOf": [{"type": "string", "format": "date-time"}, {"type": "null"}]},
        },
        "required": ["start"],
    },
    "Bar": {
        "title": "Bar",
        "description": "The prices of one period.",
        "type": "object",
        "properties": {
            "time": {"type": "integer", "description": "Start of the bar, Unix milliseconds."},
            "open": {"type": "number"},
            "high": {"type": "number"},
            "low": {"type": "number"},
            "close": {"type": "number"},
            "volume": {"type": "number", "default": 0},
        },
        "required": ["time", "open", "high", "low", "close"],
    },
    "Quote": {
        "title": "Quote",
        "type": "object",
        "properties": {
            "symbol": {"type": "string"},
            "bid": {"type": "number"},
            "ask": {"type": "number"},
            "legs": {"type": "array", "items": {"$ref": "#/components/schemas/Quote"}},
        },
        "required": ["symbol", "bid", "ask"],
    },
    "ErrorPayload": {
        "title": "ErrorPayload",
        "type": "object",
        "properties": {
            "code": {"type": "string", "enum": ["invalid_json", "unknown_type", "invalid_payload"]},
            "message": {"type": "string"},
            "details": {"type": "array", "items": {"type": "object"}},
        },
        "required": ["code", "message"],
    },
}


def sample_document(address: str = "/ws") -> Document:
    """Return the document, served at `address`."""
    messages: Document = {}
    operations: Document = {}
    for route, request, data in (
        ("bars", "BarsSubscriptionRequest", "Bar"),
        ("quotes", "QuotesSubscriptionRequest", "Quote"),
    ):
        _add_route(messages, operations, route, request, data)
    messages["error"] = _message(
        "error", _ref("ErrorPayload"), "The answer to a frame that failed."
    )
    return {
        "asyncapi": "3.1.0",
        "info": {
            "title": "datafeed",
            "version": "1.0.0",
            "description": "Real-time **market data**.\n\nOne socket, any number of subscriptions.",
        },
        "servers": {"local": {"host": "localhost:8000", "protocol": "ws"}},
        "defaultContentType": "application/json",
        "channels": {
            "datafeed": {"address": address, "title": "datafeed", "messages": messages},
        },
        "operations": operations,
        "components": {"schemas": deepcopy(SCHEMAS)},
    }


def _add_route(
    messages: Document, operations: Document, route: str, request: str, data: str
) -> None:
    answer = {
        "type": "object",
        "properties": {"status": {"const": "ok"}, "topic": {"type": "string"}},
        "required": ["status", "topic"],
    }
    update = {
        "type": "object",
        "properties": {"topic": {"type": "string"}, "payload": _ref(data)},
        "required": ["topic", "payload"],
    }
    for verb, payload in (
        ("subscribe", _ref(request)),
        ("subscribe.response", answer),
        ("unsubscribe", _ref(request)),
        ("unsubscribe.response", answer),
        ("update", update),
    ):
        messages[f"{route}.{verb}"] = _message(f"{route}.{verb}", payload, f"{route}: {verb}.")
    for verb in ("subscribe", "unsubscribe"):
        operations[f"{route}.{verb}"] = {
            "action": "receive",
            "channel": {"$ref": "#/channels/datafeed"},
            "title": f"{route}: {verb}",
            "summary": {"bars": "OHLC bars.", "quotes": "Best bid and ask."}[route],
            "messages": [{"$ref": f"#/channels/datafeed/messages/{route}.{verb}"}],
            "reply": {
                "channel": {"$ref": "#/channels/datafeed"},
                "messages": [{"$ref": f"#/channels/datafeed/messages/{route}.{verb}.response"}],
            },
        }
    operations[f"{route}.update"] = {
        "action": "send",
        "channel": {"$ref": "#/channels/datafeed"},
        "title": f"{route}: update",
        "summary": "One update for each change.",
        "messages": [{"$ref": f"#/channels/datafeed/messages/{route}.update"}],
    }


def _message(kind: str, payload: Document, summary: str) -> Document:
    return {
        "name": kind,
        "title": kind,
        "summary": summary,
        "payload": {
            "type": "object",
            "properties": {
                "type": {"const": kind},
                "payload": payload,
                "id": {"anyOf": [{"type": "integer"}, {"type": "string"}]},
            },
            "required": ["type", "payload"],
        },
    }


def _ref(name: str) -> Document:
    return {"$ref": f"#/components/schemas/{name}"}


def secured_document() -> Document:
    """Return the document with every kind of security scheme, and all that has a badge of its own."""
    document = sample_document()
    scopes = {"read:bars": "Read bars.", "trade": "Trade."}
    site = "https://example.org"
    schemes = {
        "token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": "JWT."},
        "key": {"type": "httpApiKey", "name": "X-Key", "in": "header"},
        "user": {"type": "userPassword"},
        "login": {
            "type": "oauth2",
            "scopes": ["read:bars"],
            "flows": {
                "authorizationCode": {
                    "authorizationUrl": site,
                    "tokenUrl": site,
                    "refreshUrl": site,
                    "availableScopes": scopes,
                }
            },
        },
        "open": {"type": "openIdConnect", "openIdConnectUrl": site},
    }
    document["components"]["securitySchemes"] = schemes
    required = [{"$ref": f"#/components/securitySchemes/{name}"} for name in schemes]
    document["servers"]["local"]["security"] = required
    document["operations"]["bars.subscribe"]["security"] = required
    document["info"] |= {
        "license": {"name": "MIT", "url": site},
        "contact": {"name": "Team", "url": site, "email": "team@example.org"},
        "termsOfService": site,
        "externalDocs": {"url": site},
        "tags": [{"name": "market", "externalDocs": {"url": site}}],
    }
    document["components"]["schemas"]["Bar"]["deprecated"] = True
    return document
