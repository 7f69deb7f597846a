from collections.abc import Mapping
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from tests.unit.domain.sync.drawn import steps

from tresen.domain.sync.canonical import Value
from tresen.domain.sync.laws import Law
from tresen.domain.sync.policy import Deletes, Policy
from tresen.domain.sync.schema import Field, Schema
from tresen.domain.sync.side import GONE, UNKNOWN, Shown
from tresen.domain.sync.step import Inputs, Step
from tresen.entrypoints.cli.step_lines import step_lines

SCHEMA = Schema("member", (Field("first_name"), Field("last_name"), Field("email"), Field("tags")))
BASE: dict[str, Value] = {"first_name": "Ada", "last_name": "Byron", "email": "a@x.org", "tags": ("a",)}
LOCAL = UUID(int=7)


def told(
    base: Mapping[str, Value] | None,
    ours: Shown,
    theirs: Shown,
    policy: Policy = Policy(),  # noqa: B008 - frozen
    *,
    pushes: bool = True,
    candidates: tuple[str, ...] = (),
) -> list[str]:
    inputs = Inputs(base=base, ours=ours, theirs=theirs, candidates=candidates)
    decision = inputs.decide(SCHEMA, policy)
    step = Step(
        external_id="1001",
        local_id=LOCAL,
        inputs=inputs,
        decision=decision,
        pushes=decision.pushes if pushes else {},
    )
    return [line.text for line in step_lines("member", step)]


def test_what_the_provider_changed_is_updated_here() -> None:
    assert told(BASE, BASE, {**BASE, "email": None}) == [
        "~ member 1001 Ada Byron: update here",
        "    ~ email         a@x.org -> (empty)  (theirs: only_theirs_changed, only the provider changed it)",
    ]


def test_what_we_changed_is_pushed_or_left_apart() -> None:
    policy = Policy(default=Law.NEWEST)
    ours = {**BASE, "email": "b@x.org"}
    assert told(BASE, ours, BASE, policy) == [
        "> member 1001 Ada Byron: push",
        "    > email         a@x.org -> b@x.org  (ours: only_ours_changed, only we changed it)",
    ]
    assert told(BASE, ours, BASE, policy, pushes=False) == [
        "= member 1001 Ada Byron: leave apart",
        "    = email         b@x.org here, a@x.org at the provider  (ours: only_ours_changed, only we changed it)",
    ]


def test_a_merged_value_is_written_on_both_sides() -> None:
    policy = Policy(fields={"tags": Law.UNION})
    assert told(BASE, {**BASE, "tags": ("a", "b")}, {**BASE, "tags": ("a", "c")}, policy) == [
        "~ member 1001 Ada Byron: update here, push",
        '    ~ tags          ["a", "b"] -> ["a", "b", "c"]  (both: union, what either side added or removed)',
        '    > tags          ["a", "c"] -> ["a", "b", "c"]  (both: union, what either side added or removed)',
    ]


def test_what_a_person_decides_shows_three_sides_and_goes_first() -> None:
    policy = Policy(fields={"email": Law.ASK})
    ours, theirs = {**BASE, "email": "b@x.org"}, {**BASE, "email": "c@x.org", "first_name": "Eva"}
    assert told(BASE, ours, theirs, policy)[0] == "? member 1001 Ada Byron: ask a person, update here"
    assert told(BASE, ours, theirs, policy)[2] == (
        "    ? email         base a@x.org, ours b@x.org, theirs c@x.org"
        "  (neither: ask, both sides changed it: a person decides)"
    )


def test_a_record_without_differences_is_only_remembered() -> None:
    assert told(None, BASE, BASE) == ["= member 1001 Ada Byron: remember what both sides hold"]


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "policy", "head", "fields"),
    [
        (None, GONE, BASE, Policy(), "+ member 1001 Ada Byron: create here", 4),
        (None, BASE, GONE, Policy(create_there=True), "> member 1001 Ada Byron: create at the provider", 4),
        (BASE, BASE, GONE, Policy(), "- member 1001 Ada Byron: delete here", 4),
        (BASE, GONE, BASE, Policy(delete_there=True), "- member 1001 Ada Byron: delete at the provider", 4),
        (BASE, BASE, UNKNOWN, Policy(), "= member 1001 Ada Byron: wait", 0),
        (BASE, GONE, GONE, Policy(), "- member 1001 Ada Byron: forget the link: both sides lost it", 0),
        (
            *(BASE, {**BASE, "email": "b@x.org"}, GONE),
            *(Policy(deletes=Deletes.ASK), "? member 1001 Ada Byron: ask a person", 0),
        ),
    ],
)
def test_a_record_as_a_whole(
    base: Mapping[str, Value] | None, ours: Shown, theirs: Shown, policy: Policy, head: str, fields: int
) -> None:
    first, *rest = told(base, ours, theirs, policy)
    assert first.startswith(f"{head}  (")
    assert len(rest) == fields
    assert all(line.startswith(f"    {head[0]} ") for line in rest)


def test_a_doubt_names_the_candidates() -> None:
    first, *rest = told(None, GONE, BASE, candidates=("x", "y"))
    assert first.startswith("? member 1001 Ada Byron: ask a person  (ambiguous: ")
    assert rest[-2:] == ["    ? perhaps x", "    ? perhaps y"]


@settings(suppress_health_check=[HealthCheck.too_slow])  # steps are drawn with all that they consist of
@given(steps())
def test_every_step_can_be_told(step: Step) -> None:
    lines = [line.text for line in step_lines("member", step)]
    assert lines
    assert all(line and "\n" not in line for line in lines)
