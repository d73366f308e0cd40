"""The options of a run, and the values that all its stages share."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from wsgen.freshness.assess import Assessment, assess
from wsgen.freshness.fingerprints import Fingerprints
from wsgen.manifest import digest
from wsgen.progress import Progress, Unheard
from wsgen.settings.config import Config
from wsgen.source import ModuleSource

if TYPE_CHECKING:  # a run that finds everything current loads nothing
    from wsgen.model import ModuleSpec


class Options(NamedTuple):
    """How to run: `write` commits, `quality` runs the steps, `force` overrides edits by hand.

    `jobs` bounds how many tools run at once. With `trust`, a package that is what its manifest says counts as
    current, whether or not the cache of this machine knows it. With `texts`, the results hold the texts of the
    files that change; otherwise these texts are empty. `progress` hears what the run is doing.
    """

    write: bool = True
    quality: bool = True
    force: bool = False
    jobs: int = os.cpu_count() or 2
    trust: bool = False
    texts: bool = True
    progress: Progress = Unheard()


class Run(NamedTuple):
    """One run: the settings, the options, and what is known about tools and the project's own packages.

    Types that a `ws.py` does not import are taken from the package that `assumed` returns, if it does.
    """

    config: Config
    options: Options
    fingerprints: Fingerprints
    assumed: Callable[[], str | None] = lambda: None

    @property
    def steps(self) -> tuple[str, ...]:
        """Return the quality steps that packages have to pass."""
        return self.config.steps if self.options.quality else ()

    def assess(self, source: ModuleSource) -> Assessment:
        """Return whether the package of `source` is current, and if not, why."""
        fingerprints = None if self.options.trust else self.fingerprints
        # Which tools an app finds where it starts says nothing about a package that was made elsewhere.
        steps = self.steps if self.config.steps_named or not self.options.trust else ()
        return assess(
            source,
            self.config,
            steps=steps,
            declared=self._declared,
            fingerprints=fingerprints,
        )

    def _declared(self, source: ModuleSource) -> str | None:
        from wsgen.load import load_module

        spec = load_module(source, self.config).spec
        return None if spec is None else declared_digest(spec)


def declared_digest(spec: ModuleSpec) -> str:
    """Return the digest of what the sources of a module declare."""
    return digest(spec.model_dump_json().encode())
