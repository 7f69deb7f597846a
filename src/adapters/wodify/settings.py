"""An account's settings: texts in, checked options out."""

from collections.abc import Mapping
from datetime import timedelta
from zoneinfo import ZoneInfo

import attrs

from ...domain.shared.errors import InvalidValue
from .routes import CONVERT_LEAD, LIST_TEMPLATES, Route, moved
from .words import LEAD_STATES, LEAD_WORDS, MEMBER_STATES, MEMBER_WORDS, Words, read_words

LARGEST_PAGE = 100
_DAY_MINUTES = 24 * 60
_TRUTH = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


@attrs.frozen(kw_only=True)
class Options:
    """How one account at Wodify is used.

    ``location_id``: the site where people are created (None: nobody can be). ``page_size``: 1-100. ``max_pages``:
    a listing that has more is given up, for it may never end. ``last_page_first``: whether a listing looks for its last
    page before it reads the first, see ``tail.py``; to find it, pages that do not exist are asked for, and nobody has
    seen what Wodify says then.
    ``calls_per_second``, ``burst``: no limit is published; these are cautious. ``allow_unproven``: writes by routes
    that were never seen to work. ``updated_zone``: the zone of Wodify's edit stamps, which do not name one (None:
    the stamps are not used). ``changed_since``: whether what changed is searched for, which nobody has seen to work;
    ``changes_overlap``: by how much such a search goes back before what was seen.
    """

    location_id: int | None = None
    page_size: int = LARGEST_PAGE
    max_pages: int = 10_000
    last_page_first: bool = True
    calls_per_second: float = 5.0
    burst: int = 20
    convert_routes: tuple[Route, ...] = CONVERT_LEAD
    template_routes: tuple[Route, ...] = LIST_TEMPLATES
    allow_unproven: bool = False
    member_words: Words = attrs.field(factory=lambda: Words.of(MEMBER_WORDS))
    lead_words: Words = attrs.field(factory=lambda: Words.of(LEAD_WORDS))
    updated_zone: ZoneInfo | None = None
    changed_since: bool = False
    changes_overlap: timedelta = timedelta(minutes=10)


def read_options(settings: Mapping[str, str]) -> Options:
    """Raises InvalidValue, whose field is the setting, for unknown names and unusable values. Empty means unset."""
    given = {name: text.strip() for name, text in settings.items() if text.strip()}
    if unknown := sorted(settings.keys() - SETTINGS):
        raise InvalidValue(
            f"wodify has no setting {unknown[0]!r}; it has {', '.join(sorted(SETTINGS))}", field=unknown[0]
        )
    location = given.get("location_id")
    member_words = read_words(given.get("member_words", "{}"), "member_words", MEMBER_STATES)
    lead_words = read_words(given.get("lead_words", "{}"), "lead_words", LEAD_STATES)
    return Options(
        location_id=None if location is None else _whole(location, "location_id", 1, 2**63),
        page_size=_whole(given.get("page_size", "100"), "page_size", 1, LARGEST_PAGE),
        max_pages=_whole(given.get("max_pages", "10000"), "max_pages", 1, 1_000_000),
        last_page_first=_truth(given.get("last_page_first", "true"), "last_page_first"),
        calls_per_second=_rate(given.get("calls_per_second", "5")),
        burst=_whole(given.get("burst", "20"), "burst", 1, 1_000_000),
        convert_routes=moved(CONVERT_LEAD, _path(given.get("convert_route"), "convert_route", "/leads/{id}/convert")),
        template_routes=moved(
            LIST_TEMPLATES, _path(given.get("templates_route"), "templates_route", "/memberships/templates")
        ),
        allow_unproven=_truth(given.get("allow_unproven", "false"), "allow_unproven"),
        member_words=Words.of(MEMBER_WORDS, member_words),
        lead_words=Words.of(LEAD_WORDS, lead_words),
        updated_zone=_zone(given.get("updated_zone")),
        changed_since=_truth(given.get("changed_since", "false"), "changed_since"),
        changes_overlap=timedelta(
            minutes=_whole(given.get("changes_overlap_minutes", "10"), "changes_overlap_minutes", 1, _DAY_MINUTES)
        ),
    )


SETTINGS = frozenset(
    {
        "location_id",
        "page_size",
        "max_pages",
        "last_page_first",
        "calls_per_second",
        "burst",
        "convert_route",
        "templates_route",
        "allow_unproven",
        "member_words",
        "lead_words",
        "updated_zone",
        "changed_since",
        "changes_overlap_minutes",
    }
)


def _whole(text: str, field: str, least: int, most: int) -> int:
    if not (text.isascii() and text.isdigit() and least <= int(text[:20]) <= most):
        raise InvalidValue(f"{field} must be a whole number from {least} to {most}, not {text!r}", field=field)
    return int(text)


def _rate(text: str) -> float:
    try:
        rate = float(text)
    except ValueError:
        rate = 0.0
    if not 0.01 <= rate <= 1_000_000:  # noqa: PLR2004 -- bounds that keep waits finite
        raise InvalidValue(f"calls_per_second must be a positive number, not {text!r}", field="calls_per_second")
    return rate


def _truth(text: str, field: str) -> bool:
    value = _TRUTH.get(text.casefold())
    if value is None:
        raise InvalidValue(f"{field} must be true or false, not {text!r}", field=field)
    return value


def _path(text: str | None, field: str, example: str) -> str | None:
    """A path of the interface; where records are addressed it must say where the id goes."""
    if text is None:
        return None
    plain = text.replace("{id}", "1")
    fits = plain.startswith("/") and ("{id}" in example) == ("{id}" in text)
    if (
        not fits
        or not (plain.isascii() and plain.isprintable())
        or ".." in plain
        or any(sign in plain for sign in "{}?#% \\")
    ):
        raise InvalidValue(f"{field} must be a path such as {example}, not {text!r}", field=field)
    return text


def _zone(name: str | None) -> ZoneInfo | None:
    if name is None:
        return None
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, LookupError):
        raise InvalidValue(f"{name!r} is no time zone, such as Europe/Berlin", field="updated_zone") from None
