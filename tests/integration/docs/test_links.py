"""Links between the pages lead somewhere."""

from pathlib import Path

import pytest

from .pages import DOCS, PAGES, anchors, links, named


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_link_of_a_page_leads_to_a_file_and_a_heading(page: Path) -> None:
    for path, anchor in links(page):
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), f"{named(page)} links to {path}, which is not there"
        if anchor:
            assert anchor in anchors(target), f"{named(page)} links to {path}#{anchor}, which has no such heading"


def test_every_page_is_reached_from_the_index() -> None:
    reached, waiting = set[Path](), [DOCS / "index.md"]
    while waiting:
        page = waiting.pop()
        if page in reached or page.suffix != ".md":
            continue
        reached.add(page)
        waiting += [(page.parent / path).resolve() for path, _ in links(page) if path and not path.startswith("/")]
    lost = set(DOCS.rglob("*.md")) - reached
    assert not lost, f"no link leads to {sorted(map(named, lost))}"
