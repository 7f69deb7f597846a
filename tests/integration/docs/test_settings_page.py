"""The settings page and .env.example name every setting, with its default."""

import re
import tomllib

import attrs
import pytest

from tresen.bootstrap.settings import Settings

from .pages import DOCS, ROOT, blocks, rows

PAGE = DOCS / "reference/settings.md"
ENVIRONMENT = (ROOT / ".env.example").read_text(encoding="utf-8")
NAMES = [field.name for field in attrs.fields(Settings)]


def shown_default(name: str) -> str | None:
    """How a plain default is written in an environment variable; None for those that depend on the machine."""
    default = attrs.fields_dict(Settings)[name].default
    match default:
        case bool():
            return str(default).lower()
        case str():
            return default
        case int():
            return str(default)
        case tuple():
            return ",".join(default)
    return None


def test_the_page_has_exactly_the_settings_there_are() -> None:
    assert list(rows(PAGE)) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_the_page_gives_variable_and_default(name: str) -> None:
    variable, default, _ = rows(PAGE)[name]
    assert variable == f"`TRESEN_{name.upper()}`"
    if shown := shown_default(name):
        assert default == f"`{shown}`"


def test_the_example_has_exactly_the_settings_there_are_with_their_defaults() -> None:
    found = dict(re.findall(r"^#(TRESEN_\w+)=(.*)$", ENVIRONMENT, re.MULTILINE))
    assert list(found) == [f"TRESEN_{name.upper()}" for name in NAMES]
    for name in NAMES:
        assert found[f"TRESEN_{name.upper()}"] == (shown_default(name) or "")


def test_the_example_sets_nothing_by_itself() -> None:
    assert all(line.startswith("#") for line in ENVIRONMENT.splitlines() if line)


def test_the_file_on_the_page_is_one_that_can_be_read() -> None:
    (file,) = (block.text for block in blocks(PAGE) if block.language == "toml")
    assert tomllib.loads(file)["tresen"].keys() <= set(NAMES)
