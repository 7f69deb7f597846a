"""Policies that the pages show can be read, and say something."""

import json
from pathlib import Path

import pytest

from tresen.application.sync.records.kinds import schemas_of
from tresen.domain.shared.contact import PhoneNumber
from tresen.domain.sync.laws import Laws
from tresen.domain.sync.policy import BUILT_IN_POLICY, read_policy

from .pages import PAGES, Block, blocks, named

SCHEMAS = schemas_of(PhoneNumber)
SHOWN = [(page, b) for page in PAGES for b in blocks(page) if b.language == "json" and "policy" in b.marks]
BY_KIND = [(page, b) for page in PAGES for b in blocks(page) if b.language == "json" and "policies" in b.marks]


def told(case: object) -> str:
    return named(case) if isinstance(case, Path) else f"line {case.line}" if isinstance(case, Block) else ""


def test_there_are_some() -> None:
    assert len(SHOWN) > 5
    assert BY_KIND


@pytest.mark.parametrize(("page", "block"), SHOWN, ids=told)
def test_a_policy_on_a_page_is_read_and_changes_something(page: Path, block: Block) -> None:
    _, kind = block.marks
    policy = read_policy(json.loads(block.text), SCHEMAS[kind], Laws())
    assert policy != BUILT_IN_POLICY, f"{named(page)}:{block.line}"


@pytest.mark.parametrize(("page", "block"), BY_KIND, ids=told)
def test_policies_by_kind_are_read(page: Path, block: Block) -> None:
    for kind, document in json.loads(block.text).items():
        assert read_policy(document, SCHEMAS[kind], Laws()) != BUILT_IN_POLICY, f"{named(page)}:{block.line}"
