"""Every dependency has its reason on the page of ADR 8, and there is no reason for one that is gone."""

import re
import tomllib

from .pages import DOCS, ROOT

PAGE = (DOCS / "adr/0008-dependencies.md").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def names(requirements: list[str]) -> set[str]:
    found = {match[0] for requirement in requirements if (match := re.match(r"[\w-]+", requirement))}
    return found - {PROJECT["name"]}


def test_what_is_installed_with_it_has_a_line() -> None:
    lines = re.findall(r"^\| ([a-z0-9, -]+?) \|", PAGE, re.MULTILINE)
    listed = {name for line in lines for name in line.split(", ")} - {"package"}
    assert listed == names(PROJECT["dependencies"])


def test_what_extras_and_development_need_is_named() -> None:
    extras = PROJECT["optional-dependencies"]
    listed = set(re.findall(r"\*\*([\w-]+)\*\*", PAGE))
    assert listed == names([requirement for extra in extras.values() for requirement in extra])
