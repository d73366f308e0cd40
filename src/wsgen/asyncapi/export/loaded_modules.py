"""Export the documents of modules that were loaded, with the settings of their project."""

from collections.abc import Mapping

from wsgen.asyncapi.export.assemble import Exportable
from wsgen.asyncapi.export.document_settings import read_settings
from wsgen.asyncapi.export.export_documents import TIMEOUT, Exported, export_documents
from wsgen.load import Loaded
from wsgen.outputs.channels.stub import render_channels
from wsgen.pipeline.drafts import is_native
from wsgen.settings.config import Config
from wsgen.source import ModuleSource


def export_modules(
    loaded: Mapping[ModuleSource, Loaded],
    config: Config,
    *,
    version: str = "3.1",
    perspective: str = "server",
    per_module: bool = False,
    timeout: float = TIMEOUT,
) -> Exported:
    """Return the documents of the modules of `loaded` that are valid; for the arguments see `export_documents`.

    Raises ConfigError for wrong settings of documents, ToolError if no models can be imported.
    """
    modules = [
        Exportable(
            item.spec,
            render_channels(item.spec, config.security_schemes, native=is_native(source, config)),
            item.positions,
        )
        for source, item in loaded.items()
        if item.spec is not None
    ]
    return export_documents(
        modules,
        settings=read_settings(config.asyncapi, config.file),
        root=config.root,
        sources=config.sources,
        environment=config.environment,
        version=version,
        perspective=perspective,
        per_module=per_module,
        timeout=timeout,
    )
