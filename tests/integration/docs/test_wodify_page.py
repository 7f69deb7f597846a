"""The page about Wodify names every setting and every route as the adapter has them."""

from tresen.adapters.wodify import routes
from tresen.adapters.wodify.routes import Route
from tresen.adapters.wodify.settings import SETTINGS
from tresen.adapters.wodify.words import LEAD_WORDS, MEMBER_WORDS

from .pages import DOCS, prose, rows

PAGE = DOCS / "how-to/connect-wodify.md"


def shown(*alternatives: Route) -> list[str]:
    """Call and mark as the table has them."""
    calls = ", else ".join(f"`{route.method} {route.path}`" for route in alternatives)
    return [calls, ", else ".join(route.evidence.value for route in alternatives)]


def test_the_tables_have_exactly_the_settings_and_routes_there_are() -> None:
    singles = [value for value in vars(routes).values() if isinstance(value, Route)]
    groups = [value for value in vars(routes).values() if isinstance(value, tuple)]
    expected = {route.operation: shown(route) for route in singles}
    expected |= {group[0].operation: shown(*group) for group in groups}
    table = rows(PAGE)
    assert {name: cells for name, cells in table.items() if "." in name} == expected
    assert {name for name in table if "." not in name} >= SETTINGS


def test_the_known_words_are_listed() -> None:
    text = " ".join(prose(PAGE).split())
    for word in (*MEMBER_WORDS, *LEAD_WORDS):
        assert f"*{word}*" in text
