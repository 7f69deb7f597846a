"""The pages of the documentation and what stands in them."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import attrs

ROOT = Path(__file__).parents[3]
DOCS = ROOT / "docs"
PAGES = (ROOT / "README.md", ROOT / "CHANGELOG.md", ROOT / "CONTRIBUTING.md", *sorted(DOCS.rglob("*.md")))

_FENCE = re.compile(r"^```(\w*)([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"(?<!!)\[[^\]\n]+\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#{1,6} +(.+?) *$", re.MULTILINE)
_TABLE_ROW = re.compile(r"^\| *`([^`]+)` *\|(.*)\|$", re.MULTILINE)


@attrs.frozen(kw_only=True)
class Block:
    """A fenced block. ``marks`` are the words behind the language, such as ``run``; ``line`` counts from 1."""

    language: str
    marks: Sequence[str]
    text: str
    line: int


def named(page: Path) -> str:
    """The page's path from the project's root: how tests show it."""
    return page.relative_to(ROOT).as_posix()


def blocks(page: Path) -> Sequence[Block]:
    """Every fenced block, in order."""
    text = page.read_text(encoding="utf-8")
    return [
        Block(
            language=found[1],
            marks=found[2].split(),
            text=found[3],
            line=text.count("\n", 0, found.start()) + 1,
        )
        for found in _FENCE.finditer(text)
    ]


def prose(page: Path) -> str:
    """The page without its fenced blocks."""
    return _FENCE.sub("", page.read_text(encoding="utf-8"))


def links(page: Path) -> Iterator[tuple[str, str]]:
    """Path and anchor of every link within the project; the path is empty for one within the page."""
    for target in _LINK.findall(prose(page)):
        if "://" not in target and not target.startswith("mailto:"):
            path, _, anchor = target.partition("#")
            yield path, anchor


def anchors(page: Path) -> frozenset[str]:
    """The anchors that GitHub gives to the page's headings."""
    plain = (re.sub(r"[`*]|\[([^\]]*)\]\([^)]*\)", r"\1", heading) for heading in _HEADING.findall(prose(page)))
    return frozenset(re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in plain)


def rows(page: Path) -> dict[str, Sequence[str]]:
    """The cells behind a table's first cell, by that cell, where it is one word of code."""
    found = _TABLE_ROW.findall(page.read_text(encoding="utf-8"))
    return {name: [cell.strip() for cell in rest.split("|")] for name, rest in found}


def rows_below(page: Path, heading: str) -> dict[str, Sequence[str]]:
    """As ``rows``, of the part of the page below a heading of the second level."""
    _, found, rest = page.read_text(encoding="utf-8").partition(f"\n## {heading}\n")
    assert found, f"{named(page)} has no part {heading}"
    part = rest.partition("\n## ")[0]
    return {name: [cell.strip() for cell in cells.split("|")] for name, cells in _TABLE_ROW.findall(part)}
