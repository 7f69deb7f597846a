"""Commands that the pages mention exist, with the options that they are given there."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from .pages import DOCS, PAGES, ROOT, named

REFERENCE = DOCS / "reference/cli.md"  # held to the command line by a test of its own
MAKEFILE = ROOT / "Makefile"

_SECTION = re.compile(r"^### tresen (.+?)$(.*?)(?=^### |\Z)", re.MULTILINE | re.DOTALL)
_SPAN = re.compile(r"`([^`\n]+)`")
_INDENTED = re.compile(r"^(?: {4,}|\$ )(.+)$", re.MULTILINE)
_COMMAND = re.compile(r"(?:^|[\s(])tresen ((?:[a-z]+(?:-[a-z]+)* ?)+)([^|)]*)")
_TARGET = re.compile(r"(?:^|\s)make ([a-z]+)")


def code(page: Path) -> Iterator[str]:
    text = page.read_text(encoding="utf-8")
    yield from _SPAN.findall(text)
    yield from _INDENTED.findall(text)


def of_whom(words: list[str], known: dict[str, str]) -> str | None:
    """The command that the words begin with: ``provider webhooks show``, ``members list`` or ``serve``."""
    return next((name for n in (3, 2, 1) if (name := " ".join(words[:n])) in known), None)


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_commands_on_a_page_exist_with_their_options(page: Path) -> None:
    known = dict(_SECTION.findall(REFERENCE.read_text(encoding="utf-8")))
    groups = {name.split()[0] for name in known}
    for text in code(page):
        for words, rest in _COMMAND.findall(text):
            name = of_whom(words.split(), known)
            if name is None:
                assert words.split() in [[group] for group in groups], f"{named(page)}: there is no tresen {words}"
                continue
            for option in re.findall(r"(?<!\S)--[a-z-]+", rest):
                assert f"`{option}" in known[name], f"{named(page)}: tresen {name} has no {option}"


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_targets_of_make_exist(page: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", MAKEFILE.read_text(encoding="utf-8"), re.MULTILINE))
    for text in code(page):
        assert set(_TARGET.findall(text)) <= targets, f"{named(page)}: {text}"


def test_the_search_finds_commands_with_options() -> None:
    page = DOCS / "how-to/connect-wodify.md"
    found = [match for text in code(page) for match in _COMMAND.findall(text)]
    assert ("provider connect wodify ", "--location-id 20") in found
