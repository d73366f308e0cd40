"""What a client may offer of permessage-deflate."""

from typing import Any

OFFERS: dict[str, dict[str, Any] | None] = {
    "none": None,
    "parameters": {},
    "window 8": {"server_max_window_bits": 8},
    "window 9": {"server_max_window_bits": 9},
    "window 10": {"server_max_window_bits": 10},
    "window 15": {"server_max_window_bits": 15, "client_max_window_bits": 15},
    "no takeover": {"server_no_context_takeover": True, "client_no_context_takeover": True},
}
