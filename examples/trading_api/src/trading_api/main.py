"""What a server runs: `uvicorn trading_api.main:app`."""

from trading_api.app_factory import create_app
from trading_api.shared.settings import enabled_modules

app, _ = create_app(enabled_modules())
