"""Policies: by which law each field of a kind is merged, what a deletion may do, and when a person is asked."""

import enum
from collections.abc import Iterable, Mapping

import attrs

from ..shared.errors import InvalidValue
from ..shared.text import quoted, storable
from .guards import DEFAULT_GUARDS, Guards
from .laws import Law, Laws
from .schema import Field, Schema


def ensure_law(law: object, field: str, instead: str = "read_policy reads names of laws") -> None:
    """Raises InvalidValue for what is no law, such as its name, and says what takes names ``instead``."""
    if not isinstance(law, Law):
        raise InvalidValue(f"{field} is a Law, such as Law.OURS, not {quoted(law)}; {instead}", field=field)


class Deletes(enum.Enum):
    """What happens to a record that one side deleted and the other edited."""

    KEEP_EDITED = "keep_edited"
    DELETE = "delete"
    ASK = "ask"


@attrs.frozen(kw_only=True)
class Policy:
    """How the records of one kind are merged. Data: it is stored, shown and compared.

    ``fields`` names laws of single fields; where it does not, the schema's law of the field holds, then ``default``
    (D27: the provider wins). ``create_there`` and ``delete_there`` allow to create and to delete at the provider, and
    are off unless somebody switches them on; ``create_here`` and ``delete_here`` are their mirrors. ``clock_skew_s`` is
    how many seconds (0 to 3600) the clocks of the two sides may be apart: edits no further apart than that are a tie
    under ``newest``. ``version`` is 0 for what is built in and grows with every change.

    Raises InvalidValue for a law that is none, such as its name: ``read_policy`` is what reads names. Whether a kind
    has the fields is looked at by ``decide``, which knows the schema.
    """

    default: Law = Law.THEIRS
    fields: Mapping[str, Law] = attrs.field(factory=dict)
    deletes: Deletes = Deletes.KEEP_EDITED
    create_here: bool = True
    create_there: bool = False
    delete_here: bool = True
    delete_there: bool = False
    guards: Guards = DEFAULT_GUARDS
    clock_skew_s: int = 0
    version: int = 0

    def __attrs_post_init__(self) -> None:
        ensure_law(self.default, "default")
        for name, law in self.fields.items():
            ensure_law(law, f"fields.{name}")

    def law(self, field: Field) -> Law:
        """The law of a field."""
        return self.fields.get(field.name) or field.law or self.default

    def mirrored(self, laws: Laws) -> "Policy":
        """The same policy as the other side would state it. Raises InvalidValue when a law's mirror is missing."""
        return attrs.evolve(
            self,
            default=laws.named(self.default.mirror),
            fields={name: laws.named(law.mirror) for name, law in self.fields.items()},
            create_here=self.create_there,
            create_there=self.create_here,
            delete_here=self.delete_there,
            delete_there=self.delete_here,
        )


# Policies that name nothing: the built-in one.
BUILT_IN_POLICY = Policy()

_SWITCHES = ("create_here", "create_there", "delete_here", "delete_there")
_KNOWN = frozenset({"default", "fields", "deletes", "guards", "clock_skew_s", *_SWITCHES})
_SKEW_MAX_S = 3600
Document = Mapping[str, object]


def read_policy(document: Document, schema: Schema, laws: Laws, *, below: Policy = BUILT_IN_POLICY) -> Policy:
    """The policy that a document describes; what it does not name is as in ``below`` (the tenant's below an account's).

    Keys: ``default`` and the values of ``fields`` are names of laws; ``deletes``; ``create_here``, ``create_there``,
    ``delete_here``, ``delete_there``; ``guards``, see ``Guards``; ``clock_skew_s``. Raises InvalidValue, naming the
    key, for anything else.
    """
    unknown = sorted(document.keys() - _KNOWN)
    if unknown:
        raise InvalidValue(
            f"a policy has no {', '.join(unknown)}; it has {', '.join(sorted(_KNOWN))}", field=unknown[0]
        )
    return attrs.evolve(
        below,
        default=_law(document["default"], laws, "default") if "default" in document else below.default,
        fields={**below.fields, **_field_laws(document.get("fields", {}), schema, laws)},
        deletes=_deletes(document["deletes"]) if "deletes" in document else below.deletes,
        guards=below.guards.changed(document.get("guards", {})),
        clock_skew_s=_skew(document.get("clock_skew_s", below.clock_skew_s)),
        **{name: _flag(document[name], name) for name in _SWITCHES if name in document},
    )


def policy_document(policy: Policy) -> dict[str, object]:
    """What ``read_policy`` reads back, over the built-in policy, as the same policy but for its version."""
    return {
        "default": policy.default.name,
        "fields": {name: law.name for name, law in sorted(policy.fields.items())},
        "deletes": policy.deletes.value,
        **{name: getattr(policy, name) for name in _SWITCHES},
        "guards": policy.guards.document(),
        "clock_skew_s": policy.clock_skew_s,
    }


def ensure_fields(schema: Schema, names: Iterable[str], where: str = "fields") -> None:
    """Raises InvalidValue for names of fields that the kind lacks, naming those that it has, and ``where`` they are."""
    for name in names:
        if name not in schema.by_name:
            raise InvalidValue(
                f"a {schema.kind} has no field {quoted(name)}; it has {', '.join(schema.names)}",
                field=storable(f"{where}.{name}"),
            )


def _field_laws(value: object, schema: Schema, laws: Laws) -> dict[str, Law]:
    if not isinstance(value, Mapping):
        raise InvalidValue('fields should name laws, such as {"notes": "ours"}', field="fields")
    ensure_fields(schema, value)
    return {name: _law(law, laws, f"fields.{name}") for name, law in value.items()}


def _law(value: object, laws: Laws, field: str) -> Law:
    try:
        return laws.named(str(value))
    except InvalidValue as error:
        raise InvalidValue(error.message, field=field) from None


def _deletes(value: object) -> Deletes:
    try:
        return Deletes(value)
    except ValueError:
        known = ", ".join(each.value for each in Deletes)
        raise InvalidValue(f"deletes is one of {known}, not {value!r}", field="deletes") from None


def _flag(value: object, field: str) -> bool:
    if not isinstance(value, bool):
        raise InvalidValue(f"{field} is true or false, not {value!r}", field=field)
    return value


def _skew(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= _SKEW_MAX_S:
        raise InvalidValue(
            f"clock_skew_s is a whole number from 0 to {_SKEW_MAX_S}, not {value!r}", field="clock_skew_s"
        )
    return value
