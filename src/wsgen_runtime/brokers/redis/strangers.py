"""Recognises updates of another service, and logs each complaint about received messages once."""

import logging
from dataclasses import dataclass

from wsgen_runtime.brokers.labels import Difference, OtherTypeError, compare
from wsgen_runtime.brokers.redis.state import OpenTopic, Tally

_log = logging.getLogger("wsgen_runtime")

_MOST_WARNINGS = 100  # different complaints about received messages that are logged


@dataclass(frozen=True, slots=True)
class Strangers:
    """What is done about messages that are not those of this app; `tally` counts them."""

    tally: Tally

    def compare(self, topic: OpenTopic, label: str) -> None:
        """Raise OtherTypeError for an update of another service; log once that there is another version."""
        difference = compare(topic.label, label)
        if difference is Difference.TYPE:
            raise OtherTypeError(topic.label, label)
        if difference is Difference.SCHEMA:
            self.warn_once(
                topic.label,
                "updates of `%s` come from a process with another schema of the data, and are delivered",
                topic.label.rpartition("/")[0],
            )

    def warn_once(self, key: str, message: str, *arguments: object) -> None:
        """Log a complaint, unless one with this key was logged before."""
        logged = self.tally.logged
        if key not in logged and len(logged) < _MOST_WARNINGS:
            logged.add(key)
            _log.warning(message, *arguments)

    def replaced(self, count: int) -> None:
        """Count and log keys that held what no process of this app can have written."""
        if count:
            self.tally.rejected += count
            self.warn_once(
                "keys",
                "keys of this app in Redis held what none of its processes has written, and were replaced:"
                " see who else writes keys with the same prefix",
            )

    def reject(self, why: ValueError) -> None:
        """Count and log a message that is not delivered."""
        if isinstance(why, OtherTypeError):
            self.warn_once(str(why), "%s", why)
        else:
            self.warn_once("", "a message on a channel of this app in Redis is ignored: %s", why)
        self.tally.rejected += 1
