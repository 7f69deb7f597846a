"""The transition table of leads: total over pairs of stages."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tresen.domain.leads.stage import TRANSITIONS, Stage, ensure_leads_to, read_stage
from tresen.domain.shared.errors import IllegalTransition

# The table once more, as the counter staff would say it.
ALLOWED = {
    "new": "contacted qualified converted lost",
    "contacted": "qualified converted lost",
    "qualified": "contacted converted lost",
    "lost": "contacted qualified converted",
    "converted": "",
    "unknown": "contacted qualified converted lost",
}


@pytest.mark.parametrize(("source", "target"), list(product(Stage, Stage)))
def test_every_pair_of_stages_is_either_in_the_table_or_refused(source: Stage, target: Stage) -> None:
    allowed = ALLOWED[source.value].split()
    if target.value in allowed:
        ensure_leads_to(source, target)
        return
    with pytest.raises(IllegalTransition, match=f"is {source.value} cannot become {target.value}") as refused:
        ensure_leads_to(source, target)
    assert refused.value.details == {"status": source.value, "allowed": sorted(allowed)}


def test_the_table_names_every_stage() -> None:
    assert set(TRANSITIONS) == set(Stage)


def test_nothing_leads_back_to_new_or_into_the_unknown() -> None:
    assert not {Stage.NEW, Stage.UNKNOWN} & set().union(*TRANSITIONS.values())


@pytest.mark.parametrize("stage", [s for s in Stage if s is not Stage.UNKNOWN])
def test_our_own_words_are_read(stage: Stage) -> None:
    assert read_stage(stage.value) == (stage, None)


@given(st.text(max_size=12).filter(lambda word: word not in {s.value for s in Stage}))
def test_any_other_word_is_kept_and_not_guessed(word: str) -> None:
    assert read_stage(word) == (Stage.UNKNOWN, word)


@pytest.mark.parametrize("word", ["unknown", "New", " new", ""])
def test_nearly_our_words_are_not_our_words(word: str) -> None:
    assert read_stage(word) == (Stage.UNKNOWN, word)


def test_no_word_is_unknown_without_a_text() -> None:
    assert read_stage(None) == (Stage.UNKNOWN, None)
