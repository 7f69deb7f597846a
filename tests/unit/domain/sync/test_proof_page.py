"""docs/explanation/proof.md names tests and modules that are there."""

import re
from pathlib import Path

import pytest

HERE, ROOT = Path(__file__).parent, Path(__file__).parents[4]
TEXT = (ROOT / "docs" / "explanation" / "proof.md").read_text(encoding="utf-8")
TESTS = sorted(set(re.findall(r"`(test_\w+\.py)::(test_\w+)`", TEXT)))
MODULES = sorted(set(re.findall(r"\| `(\w+\.py)` \|", TEXT)))


@pytest.mark.parametrize(("file", "name"), TESTS)
def test_every_test_that_is_named_is_there(file: str, name: str) -> None:
    assert f"\ndef {name}(" in (HERE / file).read_text(encoding="utf-8")


@pytest.mark.parametrize("module", MODULES)
def test_every_module_that_has_a_mutant_is_there(module: str) -> None:
    assert (ROOT / "src" / "domain" / "sync" / module).is_file()
    assert len(TESTS) > 30
