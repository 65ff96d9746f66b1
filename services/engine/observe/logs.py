"""structlog, once: JSON for machines, a console for people; one line a batch with counts, no personal data."""

import logging
import sys

import structlog

from services.engine.observe.thinning import Libraries


def configure(service: str, form: str, level: str = "info") -> Libraries:
    """Sets up logging for a process. ``form`` is ``json`` or ``console``. Broker and driver may only warn, and through
    the handler that is returned: in our lines, without tracebacks, each once a minute.
    """
    libraries = Libraries()
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer()
        if form == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[
            libraries.thinning,
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.dict_tracebacks if form == "json" else structlog.processors.StackInfoRenderer(),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(service=service)
    logging.basicConfig(level=logging.ERROR, handlers=[libraries], force=True)
    return libraries
