"""The errors page lists every code, with the status that the API gives it."""

import importlib
import pkgutil
from collections.abc import Iterator

import tresen
from tresen.domain.shared.errors import TresenError
from tresen.entrypoints.api.errors import problem

from .pages import DOCS, rows

PAGE = DOCS / "reference/errors.md"
UNLOADABLE = ("__main__", "migrations")  # scripts that run when they are imported


def load_everything() -> None:
    """Classes are known once their modules are loaded."""
    for found in pkgutil.walk_packages(tresen.__path__, "tresen."):
        if not set(UNLOADABLE) & set(found.name.split(".")):
            importlib.import_module(found.name)


def tree(root: type[TresenError]) -> Iterator[type[TresenError]]:
    if root.__module__.startswith("tresen."):  # other tests may have errors of their own
        yield root
    for child in root.__subclasses__():
        yield from tree(child)


def of_that_kind(kind: type[TresenError]) -> TresenError:
    """An instance without calling constructors, which differ."""
    error = kind.__new__(kind)
    TresenError.__init__(error, "something")
    return error


def test_the_page_lists_exactly_the_codes_there_are_with_their_statuses() -> None:
    load_everything()
    statuses = {
        # A class that inherits its code inherits its status too.
        kind.code: str(problem(of_that_kind(kind), instance="/", correlation_id="").status)
        for kind in tree(TresenError)
        if "code" in kind.__dict__
    }
    assert {code: cells[0] for code, cells in rows(PAGE).items()} == statuses


def test_every_code_has_a_meaning() -> None:
    for code, (_, meaning, advice) in rows(PAGE).items():
        assert meaning, code
        assert advice, code
