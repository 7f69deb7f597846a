"""Templates become answers."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar import MediaType, Response

from ...domain.sync.run import Counts, Run
from .speech import error_in_words, health_in_words, reason_in_words, with_code

_environment = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def render(template: str, *, status_code: int = 200, **values: object) -> Response[str]:
    """The page. Every value is escaped."""
    return Response(
        _environment.get_template(template).render(**values), status_code=status_code, media_type=MediaType.HTML
    )


def told(run: Run) -> str:
    """What came of a run, in a sentence."""
    if run.state.value == "completed":
        return f"{run.kind}: completed, {_counted(run.counts)}"
    return f"{run.kind}: {run.state.value}" + (f", {why_not(run)}" if run.reason else "")


def why_not(run: Run) -> str:
    """Why a run did not do what it was asked for, and what to do on the page so that it does."""
    hint = "" if run.allowed_at is None else ", or now if you tick “even if synced within the hour”"
    return f"{run.reason or run.state.value}{hint}"


def _counted(counts: Counts) -> str:
    """What every run has, and of the rest what happened."""
    rest = {"deleted": counts.deleted, "pushed": counts.pushed, "in conflict": counts.conflicts}
    return ", ".join(
        [
            f"{counts.created:,} created",
            f"{counts.updated:,} updated",
            *(f"{number:,} {what}" for what, number in rest.items() if number),
            f"{counts.unchanged:,} unchanged",
            f"{counts.errors:,} errors",
        ]
    )


_environment.filters |= {
    "told": told,
    "grouped": "{:,}".format,
    "health_in_words": health_in_words,
    "error_in_words": error_in_words,
    "reason_in_words": reason_in_words,
    "with_code": with_code,
}
