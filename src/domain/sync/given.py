"""What is given to be decided, looked at where it is given: nothing that is wrong is taken for something else."""

from collections.abc import Iterable, Mapping

from ..shared.errors import InvalidValue
from ..shared.fixed import Fixed, fixed
from ..shared.given import ensure_is, ensure_mapping, own
from ..shared.text import quoted
from .canonical import Values
from .laws import Edited, Law
from .policy import Policy, ensure_fields, ensure_law
from .schema import NOT_FIELDS, Schema
from .side import VALUES, Presence, Shown, ensure_shown

_DICTS = frozenset({dict, Fixed})
LAWS = "a mapping of fields to laws"
NO_FIELDS: frozenset[str] = frozenset()
_BASE = f"{VALUES}, or None where the two never agreed"


def ensure_given(
    schema: Schema,
    policy: Policy,
    base: object,
    ours: object,
    theirs: object,
    edited: object,
    overrides: Mapping[str, Law],
    in_flight: Mapping[str, object],
    untouched: object,
) -> None:
    """What somebody without a type checker runs into. Raises InvalidValue that names it.

    Per record, so one call for all of it, in which types alone tell that all is well.
    """
    if type(ours) not in _DICTS:
        ensure_shown(ours, "ours")
    if type(theirs) not in _DICTS:
        ensure_shown(theirs, "theirs")
    if base is not None and type(base) not in _DICTS:
        ensure_mapping(base, "base", _BASE)
    if type(policy) is not Policy or type(edited) is not Edited or type(schema) is not Schema:
        _ensure_made(schema, policy, edited)
    laws = policy.fields
    if laws and not laws.keys() <= schema.by_name.keys():
        ensure_fields(schema, laws)
    if overrides or type(overrides) not in _DICTS:
        ensure_overrides(overrides)
        ensure_fields(schema, overrides.keys() - NOT_FIELDS, "overrides")
    if in_flight or untouched is not NO_FIELDS or type(in_flight) not in _DICTS:
        ensure_mapping(in_flight, "in_flight", VALUES)
        ensure_fields(schema, in_flight, "in_flight")
        ensure_fields(schema, own_untouched(untouched), "untouched")


def own_shown(shown: Shown, side: str) -> Shown:
    """A marker, or a copy of the values that nobody changes. Raises InvalidValue as ``ensure_shown`` does."""
    if isinstance(shown, Presence):
        return shown
    ensure_shown(shown, side)
    return fixed(shown)


def own_base(base: Values | None) -> Values | None:
    """None, or a copy that nobody changes. Raises InvalidValue."""
    return None if base is None else own(base, "base", _BASE)


def own_overrides(overrides: Mapping[str, Law]) -> Mapping[str, Law]:
    """A copy that nobody changes. Raises InvalidValue for what are no laws."""
    ensure_overrides(overrides)
    return fixed(overrides)


def own_candidates(candidates: Iterable[str]) -> tuple[str, ...]:
    """The ids. Raises InvalidValue for anything else, such as one id alone, whose letters would be taken for ids."""
    if isinstance(candidates, str) or not isinstance(candidates, Iterable):
        raise InvalidValue(
            f'candidates are ids of our records, such as ("17", "18"), not {quoted(candidates)}', field="candidates"
        )
    ids = tuple(candidates)
    for one in ids:
        ensure_is(str, one, "candidates", " each, as ids are texts")
    return ids


def own_untouched(untouched: object) -> frozenset[str]:
    """The names. Raises InvalidValue for anything else, such as one name alone, whose letters would be taken for
    names.
    """
    if isinstance(untouched, str) or not isinstance(untouched, Iterable):
        raise InvalidValue(
            f'untouched are names of fields, such as {{"message"}}, not {quoted(untouched)}', field="untouched"
        )
    names = list(untouched)
    for one in names:
        ensure_is(str, one, "untouched", " each, as names of fields are texts")
    return frozenset(names)


def ensure_overrides(overrides: Mapping[str, Law]) -> None:
    """Raises InvalidValue unless they are laws by name; whether there are such fields is for ``decide``."""
    ensure_mapping(overrides, "overrides", LAWS)
    for name, law in overrides.items():
        ensure_law(law, f"overrides.{name}", "Laws().named finds a law by its name")


def _ensure_made(schema: object, policy: object, edited: object) -> None:
    ensure_is(Schema, schema, "schema")
    ensure_is(Policy, policy, "policy")
    ensure_is(Edited, edited, "edited")
