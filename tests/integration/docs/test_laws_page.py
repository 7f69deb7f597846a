"""The page on laws and policies says what the code does."""

import json
from ast import literal_eval
from collections.abc import Callable, Iterator
from itertools import product

import attrs
import pytest

from tresen.adapters.phones import LibraryPhoneBook
from tresen.application.sync.records.kinds import schemas_of
from tresen.domain.shared.contact import PhoneNumber
from tresen.domain.sync import canonical
from tresen.domain.sync.action import Action
from tresen.domain.sync.canonical import Value, Values
from tresen.domain.sync.decision import WHOLE, Decision, decide
from tresen.domain.sync.guards import DEFAULT_GUARDS, Guards, Share
from tresen.domain.sync.journal import LOCAL_EDIT, NORMALISED, PUSHED, RELEASED, RESOLVED, UNDONE, WRITTEN_FIRST
from tresen.domain.sync.laws import BUILT_IN, Law, Laws
from tresen.domain.sync.policy import BUILT_IN_POLICY, Deletes, Policy, policy_document, read_policy
from tresen.domain.sync.schema import Field, Schema
from tresen.domain.sync.side import GONE, UNKNOWN, Shown
from tresen.domain.sync.step import Inputs

from .pages import DOCS, rows_below

PAGE = DOCS / "reference/laws.md"
TEXT = PAGE.read_text(encoding="utf-8")
NOTES = Schema("note", (Field("text"),))
AGREED, OTHER, THIRD = ({"text": text} for text in ("a", "b", "c"))
FORMS: dict[str, Callable[[Value], Value]] = {
    "plain": canonical.plain,
    "folded": canonical.folded,
    "decimal": canonical.decimal,
    "sorted_set": canonical.sorted_set,
    "day": canonical.day,
    "phone": canonical.phone(lambda raw: LibraryPhoneBook().read(raw, "DE").canonical),
    "instant": canonical.instant(60),
}


def policies() -> Iterator[Policy]:
    switches = (True, False)
    for deletes in Deletes:
        for here, there, away, away_there in product(switches, switches, switches, switches):
            yield Policy(
                deletes=deletes, create_here=here, create_there=there, delete_here=away, delete_there=away_there
            )


def wholes() -> Iterator[Decision]:
    """Every decision about a small record as a whole."""
    shown: tuple[Shown, ...] = (AGREED, OTHER, GONE, UNKNOWN)
    bases: tuple[Values | None, ...] = (None, {}, AGREED)
    for policy, base, ours, theirs, pins in product(policies(), bases, shown, shown, ({}, {WHOLE: Law.OURS})):
        yield decide(NOTES, policy, base=base, ours=ours, theirs=theirs, overrides=pins)
    yield Inputs(base=None, ours=GONE, theirs=AGREED, candidates=("1",)).decide(NOTES, Policy())


def fields() -> Iterator[tuple[str, str]]:
    """Rule and side of every decision about a small field."""
    sides: tuple[Values, ...] = ({"text": None}, AGREED, OTHER, THIRD)
    bases: tuple[Values, ...] = ({}, *sides)
    overrides: tuple[dict[str, Law], ...] = ({}, *({"text": law} for law in BUILT_IN))
    for law, base, ours, theirs, over in product(BUILT_IN, bases, sides, sides, overrides):
        found = decide(NOTES, Policy(default=law), base=base, ours=ours, theirs=theirs, overrides=over)
        yield from ((made.rule, made.side.value) for made in found.fields)


def words(cell: str) -> set[str]:
    return {word.strip(" `") for word in cell.split(",")}


def test_every_law_stands_there_with_owner_and_mirror() -> None:
    told = {name: cells[:2] for name, cells in rows_below(PAGE, "Laws").items()}
    assert told == {law.name: [law.owner.value if law.owner else "none", f"`{law.mirror}`"] for law in BUILT_IN}


def test_no_field_has_a_law_in_its_schema() -> None:
    assert not any(field.law for schema in schemas_of(PhoneNumber).values() for field in schema.fields)


def test_every_canonical_form_does_what_its_example_says() -> None:
    table = rows_below(PAGE, "Canonical forms")
    assert table.keys() == FORMS.keys()
    for name, (_, one, other) in table.items():
        values = literal_eval(one.strip("`")), literal_eval(other.strip("`"))
        assert values[0] != values[1], name
        assert FORMS[name](values[0]) == FORMS[name](values[1]), name


def test_every_rule_of_fields_stands_there_with_the_side_that_it_takes() -> None:
    table = rows_below(PAGE, "Rules of fields")
    laws = {law.name for law in BUILT_IN}
    lines = {PUSHED, NORMALISED, LOCAL_EDIT, WRITTEN_FIRST, UNDONE, RESOLVED, RELEASED}
    assert table.keys() - lines == {rule for rule, _ in fields()} - laws
    assert table.keys() >= lines
    for rule, side in fields():
        if rule not in laws | {"override"}:
            assert table[rule][1] == side, rule


def test_every_action_stands_there_with_its_rules() -> None:
    told = {name: words(cells[1]) for name, cells in rows_below(PAGE, "Actions").items()}
    made: dict[str, set[str]] = {}
    for decision in wholes():
        made.setdefault(decision.action.value, set()).add(decision.rule)
    assert told == made
    assert list(told) == [action.value for action in Action]


@pytest.mark.parametrize("action", [action for action in Action if action.mirrored is not action])
def test_a_switch_that_an_action_names_is_the_one_that_allows_it(action: Action) -> None:
    told = rows_below(PAGE, "Actions")[action.value][0]
    # What is restored is created anew.
    switch = action.value.replace("restore", "create")
    assert f"`{switch}` is on" in told
    sides: tuple[Shown, ...] = (AGREED, OTHER, GONE)
    bases: tuple[Values | None, ...] = (None, {}, AGREED)
    for policy, base, ours, theirs in product(policies(), bases, sides, sides):
        if not getattr(policy, switch):
            assert decide(NOTES, policy, base=base, ours=ours, theirs=theirs).action is not action


def test_every_word_for_deletions_stands_there() -> None:
    assert list(rows_below(PAGE, "Deletes")) == [word.value for word in Deletes]


def test_every_guard_stands_there() -> None:
    assert list(rows_below(PAGE, "Guards")) == [field.name for field in attrs.fields(Guards)]


def test_the_figures_of_guards_are_those_of_the_code() -> None:
    share = Share()
    assert {DEFAULT_GUARDS.deleted, DEFAULT_GUARDS.blanked, DEFAULT_GUARDS.conflicts} == {share}
    assert f"By default `percent` is {share.percent} and `at_least` is {share.at_least}" in " ".join(TEXT.split())
    section = TEXT.split("\n## Guards\n")[1].split("\n## ")[0]
    figures = [
        [int(cell) for cell in line.strip("| ").split(" | ")] for line in section.splitlines() if line[2:3].isdigit()
    ]
    assert len(figures) > 4
    for shared, most, first in figures:
        assert share.allows(most, shared), shared
        assert not share.allows(first, shared), shared
        assert first == most + 1
    assert Share(percent=100, at_least=0).allows(7, 7)
    assert not Share(percent=0, at_least=0).allows(1, 1000)


def test_every_key_of_a_policy_stands_there_with_what_is_built_in() -> None:
    told = {name: json.loads(cells[1].strip("`")) for name, cells in rows_below(PAGE, "Policy documents").items()}
    assert told == policy_document(BUILT_IN_POLICY)
    assert read_policy(told, NOTES, Laws()) == BUILT_IN_POLICY


def test_every_kind_stands_there_with_its_fields_and_its_key() -> None:
    told = rows_below(PAGE, "Kinds and fields")
    schemas = schemas_of(PhoneNumber)
    assert told == {
        kind: [", ".join(field for key in schema.match for field in key) or "none", ", ".join(schema.names)]
        for kind, schema in schemas.items()
    }
