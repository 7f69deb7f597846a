"""One record in one situation, what becomes of it, and the laws that every decision must keep."""

from collections.abc import Collection, Iterator, Mapping, Sequence

import attrs

from tresen.domain.sync.action import Action
from tresen.domain.sync.canonical import Value, Values
from tresen.domain.sync.decision import Decision, FieldDecision, decide
from tresen.domain.sync.journal import told
from tresen.domain.sync.laws import NEVER_EDITED, Edited, Law, Laws
from tresen.domain.sync.policy import Policy
from tresen.domain.sync.schema import Field, Schema
from tresen.domain.sync.side import GONE, Presence, Shown, Side

LAWS = Laws()
MIRRORED_RULE = {
    "only_ours_changed": "only_theirs_changed",
    "only_theirs_changed": "only_ours_changed",
    "only_ours_known": "only_theirs_known",
    "only_theirs_known": "only_ours_known",
    "override": "override",
    **{law.name: law.mirror for law in LAWS},
}


@attrs.frozen(kw_only=True)
class Case:
    """A world of one record: what both sides hold and what they agreed on."""

    schema: Schema
    policy: Policy
    base: Values | None
    ours: Shown
    theirs: Shown
    edited: Edited = NEVER_EDITED
    overrides: Mapping[str, Law] = attrs.field(factory=dict)
    in_flight: Values = attrs.field(factory=dict)

    def decide(self) -> Decision:
        return decide(
            self.schema,
            self.policy,
            base=self.base,
            ours=self.ours,
            theirs=self.theirs,
            edited=self.edited,
            overrides=self.overrides,
            in_flight=self.in_flight,
        )

    def mirrored(self) -> "Case":
        """The same situation as the other side would see it."""
        return Case(
            schema=mirrored_schema(self.schema),
            policy=self.policy.mirrored(LAWS),
            base=self.base,
            ours=self.theirs,
            theirs=self.ours,
            edited=self.edited.mirrored(),
            overrides={name: LAWS.named(law.mirror) for name, law in self.overrides.items()},
            in_flight=self.in_flight,
        )

    def told(self) -> Sequence[FieldDecision]:
        return told(self.decide(), base=self.base, ours=self.ours, theirs=self.theirs)

    def applied(self) -> "Case":
        """After our side was written, and the new base; the provider was told nothing yet."""
        decision = self.decide()
        if decision.action is Action.MERGE:
            base = decision.next_base(self.base or {}, shown(self.theirs))
            return attrs.evolve(self, ours={**shown(self.ours), **decision.updates}, base=base)
        if decision.action in {Action.CREATE_HERE, Action.RESTORE_HERE}:
            return attrs.evolve(self, ours=self.theirs, base=shown(self.theirs))
        if decision.action is Action.DELETE_HERE:
            return attrs.evolve(self, ours=GONE)
        if decision.action is Action.FORGET:
            return attrs.evolve(self, base=None)
        return self

    def confirmed(self) -> "Case":
        """After the provider was given what the decision gives it, too, and confirmed it."""
        decision, after = self.decide(), self.applied()
        if decision.action is Action.MERGE:
            pushes = decision.pushes
            return attrs.evolve(after, theirs={**shown(after.theirs), **pushes}, base={**(after.base or {}), **pushes})
        if decision.action in {Action.CREATE_THERE, Action.RESTORE_THERE}:
            return attrs.evolve(after, theirs=self.ours, base=shown(self.ours))
        if decision.action is Action.DELETE_THERE:
            return attrs.evolve(after, theirs=GONE)
        return after

    def quiet(self) -> "Case":
        """After as many syncs as it takes until nothing changes any more: two, at most."""
        once = self.confirmed()
        twice = once.confirmed()
        assert twice.confirmed() == twice, self
        return twice


def shown(side: Shown) -> Values:
    assert not isinstance(side, Presence)
    return side


def mirrored_schema(schema: Schema) -> Schema:
    def mirrored(field: Field) -> Field:
        return attrs.evolve(field, law=field.law and LAWS.named(field.law.mirror))

    if all(field.law is None for field in schema.fields):
        return schema
    return Schema(schema.kind, tuple(map(mirrored, schema.fields)), schema.match)


def mirrored(found: FieldDecision) -> FieldDecision:
    return attrs.evolve(
        found,
        ours=found.theirs,
        theirs=found.ours,
        side=found.side.mirrored,
        rule=MIRRORED_RULE[found.rule],
        reason="",
    )


def assert_mirror(case: Case) -> None:
    """Swapping the sides swaps the decision and what becomes of the record, and keeps every value."""
    here, there = case.decide(), case.mirrored().decide()
    assert there.action is here.action.mirrored, case
    assert there.rule == here.rule, case
    assert [attrs.evolve(d, reason="") for d in there.fields] == [mirrored(d) for d in here.fields], case
    assert (there.updates, there.pushes) == (here.pushes, here.updates), case
    assert forms(case.mirrored().confirmed()) == forms(case.confirmed().mirrored()), case


def forms(case: Case) -> list[object]:
    """What base and sides mean: of two ways to write a value the base keeps the other side's."""
    return [
        case.schema.canonical(side) if isinstance(side, Mapping) else side
        for side in (case.base, case.ours, case.theirs)
    ]


def assert_idempotent(case: Case) -> None:
    """Decided again, with nothing pushed in between, nothing is written or told once more."""
    after = case.applied()
    assert after.decide().updates == {}, case
    assert [made for made in after.told() if made.side is not Side.NEITHER] == [], case
    assert after.applied() == after, case
    assert after.confirmed() == case.confirmed(), case


def assert_convergent(case: Case) -> None:
    """Pushed and confirmed, only what a person must decide is left; in all else that was observed the sides agree."""
    asked = {made.field for made in case.decide().asked}
    after = case.confirmed()
    assert {made.field for made in after.decide().fields} == asked, case
    assert after.confirmed() == after, case
    for field in case.schema.fields:
        if field.name in both_name(case) and field.name not in asked:
            ours, theirs = shown(after.ours)[field.name], shown(after.theirs)[field.name]
            assert field.same(ours, theirs), case
            assert after.base is not None
            assert field.same(after.base[field.name], theirs), case


def both_name(case: Case) -> Collection[str]:
    """The fields that can be compared: what a side does not name was not observed there."""
    return shown(case.ours).keys() & shown(case.theirs).keys()


def edits(case: Case, side: Values) -> Iterator[tuple[Field, Value]]:
    """What a side changed since the sides agreed; where they never did, what it holds, if it holds anything."""
    for field in case.schema.fields:
        if field.name in both_name(case):
            value = side[field.name]
            if not field.same(value, (case.base or {}).get(field.name)):
                yield field, value


def assert_no_lost_edit(case: Case) -> None:
    """Every edit of either side is in the result, or told in the journal, or waits for a person where it is."""
    decision, after = case.decide(), case.confirmed()
    told_of = {line.field: (line.ours, line.theirs) for line in case.told()}
    assert decision.updates.keys() <= told_of.keys(), case
    asked = {made.field: (made.ours, made.theirs) for made in decision.asked}
    for side in (shown(case.ours), shown(case.theirs)):
        for field, value in edits(case, side):
            ends = [shown(after.ours).get(field.name), *told_of.get(field.name, ()), *asked.get(field.name, ())]
            assert any(field.same(value, end) for end in ends), case
    for name, (ours, theirs) in asked.items():
        assert (shown(after.ours).get(name), shown(after.theirs)[name]) == (ours, theirs), case


def assert_reasoned(case: Case) -> None:
    """No write without a rule and a reason, and no value that is not one side's or merged by a law."""
    decision = case.decide()
    assert decision.rule.strip()
    assert decision.reason.strip()
    for made in decision.fields:
        assert made.reason.strip(), case
        assert made.rule in MIRRORED_RULE, case
        if made.side in {Side.OURS, Side.THEIRS}:
            assert made.value is (made.ours if made.side is Side.OURS else made.theirs), case
            assert made.changes_ours is not made.diverges, case
        elif made.side is Side.BOTH:
            assert made.changes_ours, case
            assert made.diverges, case
        else:
            assert made.value is None, case
            assert not made.changes_ours, case
            assert not made.diverges, case


def assert_lawful(case: Case) -> None:
    """All of them, for a record that both sides show."""
    assert_idempotent(case)
    assert_convergent(case)
    assert_no_lost_edit(case)
    assert_reasoned(case)
