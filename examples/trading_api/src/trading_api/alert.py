"""Tell all traders something: `python -m trading_api.alert "The market closes early today"`.

A script of its own, which needs no server, only the Redis that the servers use.
"""

import argparse
from datetime import UTC, datetime

from wsgen_runtime import Publisher

from trading_api.models import Alert, AlertLevel
from trading_api.modules.datafeed.ws_generated import AlertWsRouter
from trading_api.shared.settings import Settings


def main() -> None:
    """Publish the alert that the command line has."""
    parser = argparse.ArgumentParser(description="Tell all traders something.")
    parser.add_argument("text")
    parser.add_argument("--level", type=AlertLevel, choices=list(AlertLevel), default="info")
    asked = parser.parse_args()
    broker = Settings.from_environment().broker
    if broker is None:
        parser.error("set TRADING_API_BROKER to the address of the Redis that the servers use")
    alerts = AlertWsRouter()
    try:
        with Publisher(broker, title="datafeed", routers=[alerts]):
            alerts.publish(Alert(level=asked.level, text=asked.text, time=datetime.now(UTC)))
    except ConnectionError as error:
        parser.exit(1, f"The alert was not sent: {error}\n")


if __name__ == "__main__":
    main()
