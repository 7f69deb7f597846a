"""Three-way comparison: base, ours, theirs; per field; with the reason of every choice."""

from collections.abc import Mapping

import attrs

from .laws import Edited, Law, Side, Verdict, settle
from .schema import Field, Schema, Value, Values

# Rules by which our value stays though nothing of the provider's is passed over.
ONLY_OURS_CHANGED = "only_ours_changed"
ONLY_OURS_KNOWN = "only_ours_known"


@attrs.frozen(kw_only=True)
class Policy:
    """The law per field; ``default`` for the fields it does not name (D27: the provider wins)."""

    default: Law = Law.THEIRS
    fields: Mapping[str, Law] = attrs.field(factory=dict)

    def law(self, field: str) -> Law:
        """The law of a field."""
        return self.fields.get(field, self.default)


@attrs.frozen(kw_only=True)
class FieldDecision:
    """What one field gets. ``rule`` is a stable name, ``reason`` a sentence."""

    field: str
    base: Value
    ours: Value
    theirs: Value
    value: Value
    side: Side
    rule: str
    reason: str

    @property
    def changes_ours(self) -> bool:
        """Whether our value is overwritten."""
        return self.side is Side.THEIRS

    @property
    def diverges(self) -> bool:
        """Whether the provider still holds another value afterwards."""
        return self.side is Side.OURS


@attrs.frozen(kw_only=True)
class Decision:
    """What one record gets: only the fields on which the sides differ, in the schema's order."""

    fields: tuple[FieldDecision, ...]

    @property
    def updates(self) -> dict[str, Value]:
        """The values to write on our side."""
        return {d.field: d.value for d in self.fields if d.changes_ours}

    def next_base(self, base: Values, theirs: Values) -> Values:
        """The base after this decision: what the provider holds now.

        A field in which only we have a value, and the provider never had one, stays without an agreed value.
        """
        unagreed = {d.field for d in self.fields if d.rule == ONLY_OURS_KNOWN}
        return {**base, **{name: value for name, value in theirs.items() if name not in unagreed}}

    @property
    def diverging(self) -> tuple[FieldDecision, ...]:
        """The fields in which the provider keeps another value: to be pushed, or shown."""
        return tuple(d for d in self.fields if d.diverges)


def decide(schema: Schema, policy: Policy, *, base: Values, ours: Values, theirs: Values, edited: Edited) -> Decision:
    """Compare one record that both sides have.

    A field that ``theirs`` does not name was not observed: unknown is not absent, it is left alone. A field that
    ``base`` does not name was never agreed: then a side that has a value keeps it against one that has none, and two
    values count as both changed. A field that ``ours`` does not
    name is empty: our own record is always whole.
    """
    decisions = (
        _decide_field(field, policy.law(field.name), base, ours.get(field.name), theirs[field.name], edited)
        for field in schema.fields
        if field.name in theirs
    )
    return Decision(fields=tuple(d for d in decisions if d is not None))


def _decide_field(
    field: Field, law: Law, base: Values, ours: Value, theirs: Value, edited: Edited
) -> FieldDecision | None:
    if field.same(ours, theirs):
        return None
    agreed = base.get(field.name)
    verdict, rule = _judge(field, law, field.name in base, agreed, ours, theirs, edited)
    return FieldDecision(
        field=field.name,
        base=agreed,
        ours=ours,
        theirs=theirs,
        value=ours if verdict.side is Side.OURS else theirs,
        side=verdict.side,
        rule=rule,
        reason=verdict.reason,
    )


def _judge(
    field: Field, law: Law, known: bool, base: Value, ours: Value, theirs: Value, edited: Edited
) -> tuple[Verdict, str]:
    if not known:
        return _judge_unagreed(field, law, ours, theirs, edited)
    if field.same(ours, base):
        if law is Law.OURS:
            return Verdict(Side.OURS, "Tresen owns this field; the provider's edit is kept apart"), law.value
        return Verdict(Side.THEIRS, "only the provider changed it"), "only_theirs_changed"
    if field.same(theirs, base):
        if law is Law.THEIRS:
            return Verdict(Side.THEIRS, "the provider owns this field; the local edit is journalled"), law.value
        return Verdict(Side.OURS, "only we changed it"), ONLY_OURS_CHANGED
    return settle(law, field, ours, theirs, edited), law.value


def _judge_unagreed(field: Field, law: Law, ours: Value, theirs: Value, edited: Edited) -> tuple[Verdict, str]:
    if field.canonical(theirs) is None:
        return Verdict(Side.OURS, "never agreed on, and only we have a value"), ONLY_OURS_KNOWN
    if field.canonical(ours) is None:
        return Verdict(Side.THEIRS, "never agreed on, and only the provider has a value"), "only_theirs_known"
    return settle(law, field, ours, theirs, edited), law.value
