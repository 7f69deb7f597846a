"""Policies: by which law each field of a kind is merged, what a deletion may do, and when a person is asked."""

import enum
from collections.abc import Iterable, Mapping
from typing import Any

import attrs

from ..shared.errors import InvalidValue
from ..shared.given import ensure_flag, ensure_is, ensure_mapping, ensure_whole, own
from ..shared.text import quoted, storable
from .guards import DEFAULT_GUARDS, Guards
from .laws import Law, Laws
from .schema import Field, Schema

_SWITCHES = ("create_here", "create_there", "delete_here", "delete_there")
_SKEW_MAX_S = 3600
_LAST_VERSION = 2**63 - 1


def ensure_law(law: object, field: str, instead: str = "read_policy reads names of laws") -> None:
    """Raises InvalidValue for what is no law, such as its name, and says what takes names ``instead``."""
    if not isinstance(law, Law):
        raise InvalidValue(f"{field} is a Law, such as Law.OURS, not {quoted(law)}; {instead}", field=field)


def _own_laws(fields: Mapping[str, Law]) -> Mapping[str, Law]:
    laws = own(fields, "fields", 'a mapping of fields to laws, such as {"notes": Law.OURS}')
    for name, law in laws.items():
        ensure_is(str, name, "fields", " for each name")
        ensure_law(law, f"fields.{name}")
    return laws


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

    ``fields`` are copied: what is changed afterwards is not this policy. Raises InvalidValue for anything else than is
    asked for, such as the name of a law: ``read_policy`` is what reads names. Whether a kind has the fields is looked
    at by ``decide``, which knows the schema.
    """

    default: Law = Law.THEIRS
    fields: Mapping[str, Law] = attrs.field(factory=dict, converter=_own_laws)
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
        ensure_is(Deletes, self.deletes, "deletes", ", such as Deletes.ASK")
        ensure_is(Guards, self.guards, "guards", ", such as Guards(deleted=Share(10, 5))")
        for name in _SWITCHES:
            ensure_flag(getattr(self, name), name)
        ensure_whole(self.clock_skew_s, "clock_skew_s", 0, _SKEW_MAX_S)
        ensure_whole(self.version, "version", 0, _LAST_VERSION)

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

_KNOWN = frozenset({"default", "fields", "deletes", "guards", "clock_skew_s", *_SWITCHES})
Document = Mapping[str, object]


def read_policy(document: Document, schema: Schema, laws: Laws, *, below: Policy = BUILT_IN_POLICY) -> Policy:
    """The policy that a document describes; what it does not name is as in ``below`` (the tenant's below an account's).

    Keys: ``default`` and the values of ``fields`` are names of laws; ``deletes``; ``create_here``, ``create_there``,
    ``delete_here``, ``delete_there``; ``guards``, see ``Guards``; ``clock_skew_s``. Raises InvalidValue, naming the
    key, for anything else.
    """
    ensure_mapping(document, "policy", 'an object such as {"default": "newest", "fields": {"notes": "ours"}}')
    unknown = sorted(str(key) for key in document.keys() - _KNOWN)
    if unknown:
        raise InvalidValue(
            storable(f"a policy has no {', '.join(unknown)}; it has {', '.join(sorted(_KNOWN))}"),
            field=storable(unknown[0]),
        )
    # Numbers and flags are looked at where they are taken, by the policy itself.
    as_they_are: dict[str, Any] = {name: document[name] for name in (*_SWITCHES, "clock_skew_s") if name in document}
    return attrs.evolve(
        below,
        default=_law(document["default"], laws, "default") if "default" in document else below.default,
        fields={**below.fields, **_field_laws(document.get("fields", {}), schema, laws)},
        deletes=_deletes(document["deletes"]) if "deletes" in document else below.deletes,
        guards=below.guards.changed(document.get("guards", {})),
        **as_they_are,
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
    law = laws.get(value) if isinstance(value, str) else None
    if law is None:
        raise InvalidValue(
            f"there is no law {quoted(value)}; there are {', '.join(each.name for each in laws)}", field=field
        )
    return law


def _deletes(value: object) -> Deletes:
    known = {each.value: each for each in Deletes}
    if not isinstance(value, str) or value not in known:
        raise InvalidValue(f"deletes is one of {', '.join(known)}, not {quoted(value)}", field="deletes")
    return known[value]
