"""Log lines: structured, with the task's context, never a body, a header or a secret."""

import logging
import sys

import structlog

from ..application import log_context
from .settings import Settings

_QUIET = ("httpx", "httpcore", "uvicorn.access", "asyncio", "alembic", "sqlalchemy.engine")
# Tries that fail, and writes that a person must do, are warnings; whoever runs a command is told by its answer.
_ANSWERED = ("tresen.calls", "tresen.application.gym.provider_writes")
_SECRET_WORDS = ("password", "secret", "token", "api_key", "authorization", "credentials", "cookie")


def configure_logging(settings: Settings, *, usual_level: str) -> None:
    """Send every line of the standard library's loggers to stderr, as JSON or for people's eyes.

    ``usual_level`` is taken where the settings leave the level open.
    """
    as_json = settings.log_format == "json" or (settings.log_format == "auto" and not sys.stderr.isatty())
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if as_json
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[
            _add_context,
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.stdlib.ExtraAdder(),
            _plain,
            _mask,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
        ],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            renderer,
        ],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(usual_level if settings.log_level == "AUTO" else settings.log_level)
    is_answered = settings.log_level == "AUTO" and usual_level == "WARNING"
    for name in _ANSWERED:
        logging.getLogger(name).setLevel(logging.ERROR if is_answered else logging.NOTSET)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


def _add_context(_: object, __: str, line: structlog.typing.EventDict) -> structlog.typing.EventDict:
    for key, value in log_context.current().items():
        line.setdefault(key, value)
    return line


def _plain(_: object, __: str, line: structlog.typing.EventDict) -> structlog.typing.EventDict:
    # uvicorn's lines bring a copy of themselves with terminal colours.
    line.pop("color_message", None)
    return line


def _mask(_: object, __: str, line: structlog.typing.EventDict) -> structlog.typing.EventDict:
    for key in line:
        if any(word in key.lower() for word in _SECRET_WORDS):
            line[key] = "***"
    return line
