"""docs/explanation/proof.md names tests and modules that are there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[4]
TEXT = (ROOT / "docs" / "explanation" / "proof.md").read_text(encoding="utf-8")
TESTS = sorted(set(re.findall(r"`(test_\w+\.py)::(test_\w+)`", TEXT)))
MODULES = sorted(set(re.findall(r"\| `(\w+\.py)` \|", TEXT)))
# The core's, then the engine's.
TEST_FOLDERS = [ROOT / "tests" / "unit" / layer / "sync" for layer in ("domain", "application")]
FOLDERS = [*(ROOT / "src" / layer / "sync" for layer in ("domain", "application")), ROOT / "src/application/gym"]


@pytest.mark.parametrize(("file", "name"), TESTS)
def test_every_test_that_is_named_is_there(file: str, name: str) -> None:
    texts = [(folder / file).read_text(encoding="utf-8") for folder in TEST_FOLDERS if (folder / file).is_file()]
    assert any(f"\ndef {name}(" in text or f"\nasync def {name}(" in text for text in texts)


@pytest.mark.parametrize("module", MODULES)
def test_every_module_that_has_a_mutant_is_there(module: str) -> None:
    assert any(any(folder.rglob(module)) for folder in FOLDERS)
    assert len(TESTS) > 30
