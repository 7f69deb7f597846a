"""What is given to be decided, looked at where it is given: nothing that is wrong is taken for something else."""

from collections.abc import Mapping

from ..shared.errors import InvalidValue
from ..shared.fixed import Fixed
from ..shared.given import ensure_is, ensure_mapping
from .laws import Edited, Law
from .policy import Policy, ensure_fields, ensure_law
from .schema import NOT_FIELDS, Schema
from .side import Presence

_DICTS = frozenset({dict, Fixed})
VALUES, LAWS = "a mapping of fields to values", "a mapping of fields to laws"
_SHOWN = f"{VALUES}, or GONE where there is proof that there is none, else UNKNOWN"
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
) -> None:
    """What somebody without a type checker runs into. Raises InvalidValue that names it.

    Per record, so one call for all of it, in which types alone tell that all is well.
    """
    if type(ours) not in _DICTS:
        ensure_shown(ours, "ours")
    if type(theirs) not in _DICTS:
        ensure_shown(theirs, "theirs")
    if base is not None and type(base) not in _DICTS:
        ensure_base(base)
    if type(policy) is not Policy or type(edited) is not Edited or type(schema) is not Schema:
        _ensure_made(schema, policy, edited)
    laws = policy.fields
    if laws and not laws.keys() <= schema.by_name.keys():
        ensure_fields(schema, laws)
    if overrides or type(overrides) not in _DICTS:
        ensure_overrides(overrides)
        ensure_fields(schema, overrides.keys() - NOT_FIELDS, "overrides")
    if in_flight or type(in_flight) not in _DICTS:
        ensure_mapping(in_flight, "in_flight", VALUES)
        ensure_fields(schema, in_flight, "in_flight")


def ensure_shown(shown: object, side: str) -> None:
    """Raises InvalidValue for what is neither values nor a marker. A word, such as "gone", is no marker."""
    if shown is None:
        raise InvalidValue(
            f"{side} is None, which does not tell why: say GONE where there is proof that there is none, else UNKNOWN",
            field=side,
        )
    if not isinstance(shown, Presence):
        ensure_mapping(shown, side, _SHOWN)


def ensure_base(base: object) -> None:
    """Raises InvalidValue for what is neither values nor None."""
    if base is not None:
        ensure_mapping(base, "base", _BASE)


def ensure_overrides(overrides: Mapping[str, Law]) -> None:
    """Raises InvalidValue unless they are laws by name; whether there are such fields is for ``decide``."""
    ensure_mapping(overrides, "overrides", LAWS)
    for name, law in overrides.items():
        ensure_law(law, f"overrides.{name}", "Laws().named finds a law by its name")


def _ensure_made(schema: object, policy: object, edited: object) -> None:
    ensure_is(Schema, schema, "schema")
    ensure_is(Policy, policy, "policy")
    ensure_is(Edited, edited, "edited")
