"""Policies for people: which law holds for each field and who says so, and what a version changed."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from ...domain.sync.guards import Share
from ...domain.sync.policy import policy_document
from .answer import Part, Table, cell
from .diffs import change
from .documents import fields, plain
from .lines import Line, Tone, title
from .members import about
from .step_lines import field_line

if TYPE_CHECKING:
    from ...application.ports.sync_books import PolicyDocument
    from ...application.sync.policies.change_policy import ShownPolicy
    from ...domain.shared.ids import AccountId
    from ...domain.sync.schema import Field

_SWITCHES = ("create_here", "create_there", "delete_here", "delete_there")
_BUILT_IN = "built in"


def policy_parts(shown: "ShownPolicy", names: "Mapping[AccountId, str]", zone: str) -> list[Part]:
    """What holds, and which layers say so."""
    policy = shown.policy
    whose = "the tenant" if shown.account_id is None else names.get(shown.account_id, str(shown.account_id))
    guards = (policy.guards.deleted, policy.guards.blanked, policy.guards.conflicts)
    told: dict[str, object] = {
        "default": f"{policy.default.name} ({_said_by(shown, 'default')})",
        "deletes": f"{policy.deletes.value} ({_said_by(shown, 'deletes')})",
        **{name.replace("_", " "): _switch(shown, name) for name in _SWITCHES},
        **{
            f"guard {name}": f"{_share(share)} ({_said_by(shown, 'guards', name)})"
            for name, share in zip(("deleted", "blanked", "conflicts"), guards, strict=True)
        },
    }
    laws = Table(
        title="fields:",
        columns=("field", "law", "said by"),
        rows=[(each.name, policy.law(each).name, law_from(shown, each)) for each in shown.schema.fields],
    )
    layers = [
        f"{_layer_name(layer)}: version {layer.version} by {layer.set_by}, {cell(layer.set_at, zone)}"
        for layer in shown.layers
    ]
    return [title(f"policy of {shown.kind}s for {whose}, version {policy.version}"), *about(told, zone), laws, *layers]


def law_from(shown: "ShownPolicy", field: "Field") -> str:
    """Who says which law a field has: ``account``, ``tenant``, ``schema``, or ``built in``."""
    said = _said_by(shown, "fields", field.name)
    if said != _BUILT_IN:
        return said
    return "schema" if field.law is not None else f"{_said_by(shown, 'default')}, as default"


def shown_document(shown: "ShownPolicy") -> dict[str, object]:
    """The same as JSON; ``document`` is what ``tresen sync policy set --file`` reads."""
    return {
        **fields(shown, "kind", "account_id"),
        "version": shown.policy.version,
        "document": plain(policy_document(shown.policy)),
        "laws": {each.name: shown.policy.law(each).name for each in shown.schema.fields},
        "layers": [layer_document(layer) for layer in shown.layers],
        "held_back": dict(shown.held_back),
    }


def layer_document(layer: "PolicyDocument") -> dict[str, object]:
    """One version of a layer as JSON."""
    return fields(layer, "account_id", "kind", "version", "document", "set_by", "set_at")


def version_lines(layer: "PolicyDocument", before: Mapping[str, object], zone: str) -> Iterator[Line]:
    """One version: who made it, and what it changed."""
    yield title(f"version {layer.version} by {layer.set_by}, {cell(layer.set_at, zone)}")
    old, new = dict(_flat(before)), dict(_flat(layer.document))
    for name in sorted({*old, *new}):
        if old.get(name) != new.get(name):
            yield field_line("~", Tone.ADDED, name, *change(old.get(name), new.get(name)))


def _flat(document: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, str]]:
    for name, value in document.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{above}{name}.")
        else:
            yield f"{above}{name}", _flag(value) if isinstance(value, bool) else str(value)


def _said_by(shown: "ShownPolicy", *path: str) -> str:
    for layer in reversed(shown.layers):
        part: Any = layer.document
        for name in path:
            part = part.get(name) if isinstance(part, Mapping) else None
        if part is not None:
            return _layer_name(layer)
    return _BUILT_IN


def _layer_name(layer: "PolicyDocument") -> str:
    return "tenant" if layer.account_id is None else "account"


def _switch(shown: "ShownPolicy", name: str) -> str:
    why = shown.held_back.get(name)
    said = f"{_flag(getattr(shown.policy, name))} ({_said_by(shown, name)})"
    return said if why is None else f"{said}, but it does not count at this account: {why}"


def _share(share: Share) -> str:
    return f"{share.percent}%, at least {share.at_least}"


def _flag(value: bool) -> str:
    return "yes" if value else "no"
