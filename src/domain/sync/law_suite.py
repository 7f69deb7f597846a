"""Is a law lawful? Tried over every contest of a small domain; for the tests of an embedder's own laws.

``check_law(law, Laws([law]))`` gives nothing for a lawful law, else one breach of each requirement that it breaks, with
the first contest that shows it.
"""

import enum
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import product

import attrs

from ..shared.errors import InvalidValue
from ..shared.given import ensure_is
from ..shared.text import quoted
from .canonical import Canonical, Value, plain
from .decision import ONLY_OURS_CHANGED, ONLY_OURS_KNOWN, ONLY_THEIRS_CHANGED, ONLY_THEIRS_KNOWN, OVERRIDE
from .journal import LOCAL_EDIT, NORMALISED, PUSHED, RELEASED, RESOLVED, UNDONE
from .keeping import check_values
from .laws import Contest, Edited, Law, Laws, Verdict, encoded
from .side import Side

_NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
_LATER, _LITTLE_LATER = _NOON + timedelta(hours=1), _NOON + timedelta(seconds=20)

# Who edited when: nobody says, one says, one is later, at once, and ties by resolution and by skew.
TIMES = (
    Edited(),
    Edited(ours_at=_NOON),
    Edited(theirs_at=_NOON),
    Edited(ours_at=_LATER, theirs_at=_NOON),
    Edited(ours_at=_NOON, theirs_at=_LATER),
    Edited(ours_at=_NOON, theirs_at=_NOON),
    Edited(ours_at=_LITTLE_LATER, theirs_at=_NOON),
    Edited(ours_at=_NOON, theirs_at=_LITTLE_LATER, resolution_s=60),
    Edited(ours_at=_LITTLE_LATER, theirs_at=_NOON, skew_s=30),
)
# Nothing, texts, numbers with True beside 1, sets that are disjoint, that overlap and that contain each other.
VALUES: tuple[Value, ...] = (None, "a", "b", 1, True, ("a",), ("a", "b"), ("b", "c"))
# A journal line tells by its rule what it is: a law of that name would be taken for it.
_RULES = frozenset({ONLY_OURS_CHANGED, ONLY_OURS_KNOWN, ONLY_THEIRS_CHANGED, ONLY_THEIRS_KNOWN, OVERRIDE})
_LINES = frozenset({PUSHED, NORMALISED, LOCAL_EDIT, UNDONE, RESOLVED, RELEASED})


class Requirement(enum.Enum):
    """What a law must keep to.

    - ``name``: it has a name that no other law of ``laws`` and no rule of the journal has.
    - ``mirror``: ``laws`` has its mirror, whose mirror is it again.
    - ``owner``: ours, theirs or none; the mirror's owner is the other side; and in a contest the owner's value stands,
      or a person is asked.
    - ``raises``: it judges every contest.
    - ``verdict``: a ``Verdict`` with a ``Side``.
    - ``reason``: it says why.
    - ``value``: with ``both`` a value that a field can hold and every store can keep, else none.
    - ``deterministic``: the same contest has the same verdict, whatever was judged in between.
    - ``symmetric``: the mirror gives the mirrored verdict of the mirrored contest, with the same value.
    - ``idempotent``: where the sides have agreed on the merged value, judging again leaves it.
    """

    NAME = "name"
    MIRROR = "mirror"
    OWNER = "owner"
    RAISES = "raises"
    VERDICT = "verdict"
    REASON = "reason"
    VALUE = "value"
    DETERMINISTIC = "deterministic"
    SYMMETRIC = "symmetric"
    IDEMPOTENT = "idempotent"


@attrs.frozen(kw_only=True)
class Breach:
    """Which law breaks which requirement, how, and in which contest (None: whatever the contest)."""

    law: str
    requirement: Requirement
    message: str
    contest: Contest | None = None


def check_law(
    law: Law, laws: Laws, *, values: Sequence[Value] = VALUES, canonical: Canonical = plain
) -> tuple[Breach, ...]:
    """The requirements that a law breaks, each once, in their order; none for a lawful law.

    ``laws`` are those that it is used with. ``values`` are what the three sides of a contest hold in turn, give those
    that your law is for; ``canonical`` is the form of its fields. With the usual values
    there are 3,402 contests. Raises InvalidValue for what is no law, or no ``Laws``.
    """
    ensure_is(Law, law, "law", ", such as Law.OURS")
    ensure_is(Laws, laws, "laws", " object, such as Laws([law])")
    mirror = _mirror(law, laws)
    found = [*_breaches_of_itself(law, mirror, laws)]
    tried = [(contest, _judged(law, contest)) for contest in contests(values, canonical)]
    found += (breach for contest, first in tried for breach in _breaches(law, mirror, contest, first))
    found += _changes_of_mind(law, tried)
    first_of: dict[Requirement, Breach] = {}
    for breach in found:
        first_of.setdefault(breach.requirement, breach)
    return tuple(first_of[each] for each in Requirement if each in first_of)


def contests(values: Sequence[Value] = VALUES, canonical: Canonical = plain) -> Iterator[Contest]:
    """Every contest that a decision could hold with these values: the sides differ from each other, and from the base
    where one was agreed on; where none was, both have a value.
    """
    for known, base, ours, theirs, edited in product((True, False), values, values, values, TIMES):
        forms = [encoded(canonical(value)) for value in (base, ours, theirs)]
        if known and len(set(forms)) < len(forms):
            continue
        if not known and (base is not None or forms[1] == forms[2] or encoded(None) in forms[1:]):
            continue
        yield Contest(canonical=canonical, known=known, base=base, ours=ours, theirs=theirs, edited=edited)


def _mirror(law: Law, laws: Laws) -> Law | None:
    if law.mirror == law.name:
        return law
    try:
        return laws.named(law.mirror)
    except InvalidValue:
        return None


def _breaches_of_itself(law: Law, mirror: Law | None, laws: Laws) -> Iterator[Breach]:
    if not law.name.strip() or law.name in _RULES | _LINES:
        yield _breach(law, Requirement.NAME, f"{law.name!r} is no name for a law")
    if any(other.name == law.name and other.judge is not law.judge for other in laws):
        yield _breach(law, Requirement.NAME, f"another law is called {law.name!r}")
    if law.owner not in {None, Side.OURS, Side.THEIRS}:
        yield _breach(law, Requirement.OWNER, f"{law.owner} owns no field")
    if mirror is None:
        yield _breach(law, Requirement.MIRROR, f"there is no law {law.mirror!r}")
        return
    if mirror.mirror != law.name:
        yield _breach(law, Requirement.MIRROR, f"the mirror of {mirror.name!r} is {mirror.mirror!r}")
    if mirror.owner is not (law.owner and law.owner.mirrored):
        yield _breach(law, Requirement.OWNER, f"{law.owner} here, but {mirror.owner} in {mirror.name!r}")


def _breaches(law: Law, mirror: Law | None, contest: Contest, first: object) -> Iterator[Breach]:
    """Of one contest. What is no verdict is looked at no further."""
    if isinstance(first, Exception):
        yield _breach(law, Requirement.RAISES, repr(first), contest)
        return
    if not isinstance(first, Verdict) or not isinstance(first.side, Side):
        yield _breach(law, Requirement.VERDICT, f"{first!r} is no verdict", contest)
        return
    reason: object = first.reason
    if not isinstance(reason, str) or not reason.strip():
        yield _breach(law, Requirement.REASON, "it does not say why", contest)
    unkept = _why_unkept(first.value)
    if unkept or (first.side is not Side.BOTH and first.value is not None):
        why = unkept or f"{first.value!r} is no value of {first.side.value}"
        yield _breach(law, Requirement.VALUE, why, contest)
        return
    if law.owner is not None and first.side not in {law.owner, Side.NEITHER}:
        yield _breach(law, Requirement.OWNER, f"{law.owner.value} owns it, but {first.side.value} stands", contest)
    if mirror is not None:
        yield from _asymmetry(law, mirror, contest, first)
    if first.side is Side.BOTH:
        yield from _restlessness(law, contest, first.value)


def _asymmetry(law: Law, mirror: Law, contest: Contest, first: Verdict) -> Iterator[Breach]:
    other = _judged(mirror, contest.mirrored())
    same = isinstance(other, Verdict) and other.side is first.side.mirrored and _same(contest, other, first)
    if not same:
        yield _breach(law, Requirement.SYMMETRIC, f"{first!r} here, but {other!r} with the sides swapped", contest)


def _restlessness(law: Law, contest: Contest, merged: Value) -> Iterator[Breach]:
    agreed = attrs.evolve(contest, known=True, base=merged, ours=merged, theirs=merged)
    again = _judged(law, agreed)
    if not isinstance(again, Verdict) or (again.side is Side.BOTH and not _alike(contest, again.value, merged)):
        yield _breach(law, Requirement.IDEMPOTENT, f"{merged!r} was agreed on, but then came {again!r}", contest)


def _changes_of_mind(law: Law, tried: Sequence[tuple[Contest, object]]) -> Iterable[Breach]:
    """Judged again in the opposite order: what a law remembers, or draws by lot, shows."""
    for contest, first in reversed(tried):
        again = _judged(law, contest)
        if not isinstance(first, Exception) and repr(again) != repr(first):
            yield _breach(law, Requirement.DETERMINISTIC, f"{first!r} first, then {again!r}", contest)


def _judged(law: Law, contest: Contest) -> object:
    try:
        return law.judge(contest)
    except Exception as error:  # noqa: BLE001 - whatever a law raises is a breach
        return error


def _same(contest: Contest, one: Verdict, other: Verdict) -> bool:
    return one.side is not Side.BOTH or _alike(contest, one.value, other.value)


def _alike(contest: Contest, one: Value, other: Value) -> bool:
    return not _why_unkept(one) and encoded(contest.canonical(one)) == encoded(contest.canonical(other))


def _why_unkept(value: Value) -> str:
    """Why ``decide`` would refuse it, empty where it would not."""
    try:
        check_values({"its value": value})
    except InvalidValue as error:
        return f"{error.message}: {quoted(value)}"
    return ""


def _breach(law: Law, requirement: Requirement, message: str, contest: Contest | None = None) -> Breach:
    return Breach(law=law.name, requirement=requirement, message=message, contest=contest)
