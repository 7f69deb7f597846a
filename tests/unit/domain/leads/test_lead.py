"""A lead moves along its table; what is refused changes nothing."""

from datetime import UTC, datetime, timedelta
from itertools import product
from uuid import UUID

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tresen.domain.leads.events import LeadCaptured, LeadChanged, LeadConverted, LeadStageChanged
from tresen.domain.leads.lead import Lead
from tresen.domain.leads.stage import TRANSITIONS, Stage
from tresen.domain.shared.errors import IllegalTransition
from tresen.domain.shared.ids import LeadId, MemberId, TenantId
from tresen.domain.shared.unset import UNSET, Unset

MADE = datetime(2026, 5, 1, 9, tzinfo=UTC)
NOW = datetime(2026, 5, 4, 9, tzinfo=UTC)
MEMBER = MemberId(UUID(int=9))


def lead(stage: Stage = Stage.NEW, stage_text: str | None = None, notes: str | None = "called once") -> Lead:
    return Lead(
        id=LeadId(UUID(int=1)),
        tenant_id=TenantId(UUID(int=2)),
        first_name="Anna",
        last_name="Arndt",
        stage=stage,
        stage_text=stage_text,
        notes=notes,
        created_at=MADE,
        updated_at=MADE,
    )


def test_capturing_says_that_somebody_new_is_interested() -> None:
    found = lead()
    found.capture(now=NOW)
    assert found.drain() == (LeadCaptured(subject_id=found.id, occurred_at=NOW),)


def test_who_writes_again_loses_neither_the_first_nor_the_second_message() -> None:
    first, second = lead(), lead()
    first.message, second.message, second.interested_in = "Hello", "Still there?", "Yoga"
    first.hear_again(second, now=NOW)
    assert (first.message, first.interested_in, first.updated_at) == ("Hello\nStill there?", "Yoga", NOW)


def test_what_was_not_known_of_who_writes_again_is_filled_in_and_what_was_stays() -> None:
    first, second = lead(), lead()
    first.source, first.location, first.notes = "web", "", None
    second.source, second.location, second.notes = "flyer", None, "called"
    first.hear_again(second, now=NOW)
    heard = attrs.asdict(first)
    assert [heard[name] for name in ("source", "location", "notes")] == ["web", "", "called"]


def test_who_says_nothing_new_changes_nothing() -> None:
    first, second = lead(), lead()
    first.message = second.message = "Hello"
    before = attrs.asdict(first)
    first.hear_again(second, now=NOW)
    first.hear_again(lead(), now=NOW)
    assert attrs.asdict(first) == before


@pytest.mark.parametrize(("source", "target"), list(product(Stage, Stage)))
def test_an_update_moves_along_the_table_and_never_converts(source: Stage, target: Stage) -> None:
    found = lead(source, "Hot!")
    before = attrs.asdict(found)
    if source is target:
        found.update(stage=target, now=NOW)
        assert attrs.asdict(found) == before
        assert found.drain() == ()
    elif target in TRANSITIONS[source] and target is not Stage.CONVERTED:
        found.update(stage=target, now=NOW)
        assert (found.stage, found.stage_text, found.updated_at) == (target, None, NOW)
        assert found.drain() == (LeadStageChanged(subject_id=found.id, occurred_at=NOW, old=source, new=target),)
    else:
        with pytest.raises(IllegalTransition):
            found.update(stage=target, notes="must not be written", now=NOW)
        assert attrs.asdict(found) == before
        assert found.drain() == ()


@pytest.mark.parametrize(
    ("given_notes", "kept"), [(UNSET, "called once"), (None, None), ("", ""), ("called twice", "called twice")]
)
def test_unset_leaves_and_none_clears(given_notes: str | None | Unset, kept: str | None) -> None:
    found = lead()
    found.update(notes=given_notes, now=NOW)
    assert found.notes == kept
    assert found.updated_at == (MADE if given_notes is UNSET else NOW)
    assert found.stage is Stage.NEW
    told = LeadChanged(subject_id=found.id, occurred_at=NOW, fields=("notes",))
    assert found.drain() == (() if given_notes is UNSET else (told,))


def test_an_echo_is_no_edit() -> None:
    """The law "newest" looks at ``updated_at``: saying again what is known must not win against a real edit."""
    found = lead()
    before = attrs.asdict(found)
    found.update(stage=Stage.NEW, notes="called once", now=NOW)
    assert attrs.asdict(found) == before


def test_stage_and_notes_change_together() -> None:
    found = lead()
    found.update(stage=Stage.CONTACTED, notes=None, now=NOW)
    assert (found.stage, found.notes, found.updated_at) == (Stage.CONTACTED, None, NOW)


@pytest.mark.parametrize("stage", Stage)
def test_a_lead_becomes_a_member_unless_it_is_one(stage: Stage) -> None:
    found = lead(stage)
    if Stage.CONVERTED not in TRANSITIONS[stage]:
        before = attrs.asdict(found)
        for refuse in (found.ensure_convertible, lambda: found.convert(MEMBER, now=NOW)):
            with pytest.raises(IllegalTransition):
                refuse()
        assert attrs.asdict(found) == before
        assert found.drain() == ()
        return
    found.ensure_convertible()
    assert found.stage is stage
    found.convert(MEMBER, now=NOW)
    assert (found.stage, found.member_id, found.updated_at) == (Stage.CONVERTED, MEMBER, NOW)
    assert found.drain() == (
        LeadStageChanged(subject_id=found.id, occurred_at=NOW, old=stage, new=Stage.CONVERTED),
        LeadConverted(subject_id=found.id, occurred_at=NOW, member_id=MEMBER),
    )


def test_a_lead_that_is_converted_already_says_to_whom_as_far_as_that_is_known() -> None:
    with pytest.raises(IllegalTransition, match="is converted already: the provider did that"):
        lead(Stage.CONVERTED).ensure_convertible()
    found = lead()
    found.convert(MEMBER, now=NOW)
    with pytest.raises(IllegalTransition, match=f"is converted already: it is the member {MEMBER}"):
        found.ensure_convertible()


@pytest.mark.parametrize("is_there", [False, True])
def test_a_converted_lead_stays_with_its_first_member(is_there: bool) -> None:
    found = lead()
    found.convert(MEMBER, now=NOW)
    with pytest.raises(IllegalTransition):
        found.convert(MemberId(UUID(int=10)), now=NOW + timedelta(days=1), is_there=is_there)
    assert found.member_id == MEMBER


@pytest.mark.parametrize("stage", Stage)
def test_one_that_the_provider_made_a_member_is_one_whatever_stage_it_was_in(stage: Stage) -> None:
    found = lead(stage)
    found.convert(MEMBER, now=NOW, is_there=True)
    assert (found.stage, found.member_id) == (Stage.CONVERTED, MEMBER)
    moved = [] if stage is Stage.CONVERTED else [LeadStageChanged]
    assert [type(fact) for fact in found.drain()] == [*moved, LeadConverted]


@given(st.lists(st.tuples(st.sampled_from(Stage), st.sampled_from((UNSET, None, "a", "b")))))
def test_the_facts_tell_the_whole_way_of_a_lead(steps: list[tuple[Stage, str | None | Unset]]) -> None:
    """Whatever is asked in whatever order: the recorded changes, replayed, give the stage it has."""
    found, replayed = lead(), Stage.NEW
    for n, (stage, notes) in enumerate(steps):
        try:
            found.update(stage=stage, notes=notes, now=NOW + timedelta(minutes=n))
        except IllegalTransition:
            continue
    for event in found.drain():
        if isinstance(event, LeadChanged):
            assert event.fields == ("notes",)
            continue
        assert isinstance(event, LeadStageChanged)
        assert event.old is replayed
        assert event.new in TRANSITIONS[replayed]
        replayed = event.new
    assert found.stage is replayed


@pytest.mark.parametrize(
    ("first", "last", "name"), [("Anna", "Arndt", "Anna Arndt"), ("Anna", "", "Anna"), ("", "Arndt", "Arndt")]
)
def test_a_name_is_what_there_is_of_it(first: str, last: str, name: str) -> None:
    assert attrs.evolve(lead(), first_name=first, last_name=last).name == name
