"""Faults of the TypeScript runtime that the rounds must find, as changes of its sources."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from tests.continuity.applications.program import SOURCES


@dataclass(frozen=True)
class Change:
    """A fault: a text of a source, and what is there instead."""

    name: str
    file: str
    old: str
    new: str
    broker: str = "memory"
    fault: str | None = None
    """The fault of processes without which it does nothing."""

    def apply(self, folder: Path) -> Path:
        """Copy the sources to a folder that does not exist, with this change; return it."""
        shutil.copytree(SOURCES, folder)
        text = (folder / self.file).read_text("utf-8")
        if text.count(self.old) != 1:
            raise ValueError(f"{self.name}: {self.file} has {text.count(self.old)} such places")
        (folder / self.file).write_text(text.replace(self.old, self.new), "utf-8")
        return folder


CHANGES = (
    Change(
        "untold-gap",
        "topic.ts",
        "if (count > 0) {",
        "if (count > 0 && this.asked.snapshot) {",
    ),
    Change("untold-loss", "topic.ts", "    this.gap();\n    this.#epoch", "    this.#epoch"),
    Change("untold-overflow", "cursor.ts", "this.#dropped += 1", "this.#dropped += 0"),
    Change(
        "no-state-for-the-second",
        "topic.ts",
        "hold.synced = !snapshot || reduce !== undefined;",
        "hold.synced = true;",
    ),
    Change(
        "state-kept-over-a-gap",
        "topic.ts",
        "if (this.asked.snapshot) {",
        "if (false) {",
    ),
    Change("position-too-late", "topic.ts", "seq: this.#seq }", "seq: this.#seq + 1 }"),
    Change(
        "later-state-ignored",
        "topic.ts",
        'if (verb === "snapshot") {',
        'if (verb === "snapshot" && this.state === "syncing") {',
    ),
    Change("not-asked-again", "topic.ts", 'if (this.state === "asked") this.ask();', ""),
    Change("never-missed", "connection.ts", "after(PING, ", "after(PING * 1000, "),
    Change(
        "reset-ignored",
        "topic.ts",
        'if (verb === "reset") this.#settle(payload)',
        'if (verb === "reset") return',
        "redis",
    ),
)
