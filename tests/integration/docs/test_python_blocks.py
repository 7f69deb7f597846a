"""Python in the documentation runs, and prints what the page says."""

import contextlib
import io
from itertools import pairwise
from pathlib import Path

import pytest

from .pages import PAGES, Block, blocks, named

RUNNABLE = [page for page in PAGES if any("run" in b.marks and b.language == "python" for b in blocks(page))]


def test_there_is_something_to_run() -> None:
    assert {named(page) for page in RUNNABLE} >= {"README.md", "docs/how-to/embed-the-domain.md"}


@pytest.mark.parametrize("page", RUNNABLE, ids=named)
def test_the_blocks_of_a_page_run_in_order_and_print_what_follows_them(page: Path) -> None:
    namespace: dict[str, object] = {"__name__": "docs"}
    end = Block(language="", marks=(), text="", line=0)
    for block, follower in pairwise([*blocks(page), end]):
        if block.language != "python" or "run" not in block.marks:
            continue
        printed = io.StringIO()
        # The lines of a traceback are those of the page.
        source = "\n" * block.line + block.text
        with contextlib.redirect_stdout(printed):
            exec(compile(source, named(page), "exec"), namespace)  # noqa: S102 - this project's own pages
        expected = follower.text if "output" in follower.marks else ""
        assert printed.getvalue() == expected, f"{named(page)}:{block.line} prints something else"
