"""Rows that staff at the provider may edit."""

from collections.abc import Mapping
from typing import TypeVar

import msgspec

S = TypeVar("S", bound=msgspec.Struct)


def patched(row: S, patch: bytes) -> S:
    """A copy with a JSON merge patch applied (RFC 7396). Raises ValueError for a patch that does not fit."""
    changes = msgspec.json.decode(patch, type=dict[str, object])
    if unknown := sorted(changes.keys() - set(row.__struct_fields__)):
        raise ValueError(f"no field {', '.join(unknown)}")
    whole: dict[str, object] = msgspec.to_builtins(row)
    return msgspec.convert(merged(whole, changes), type(row))


def merged(target: dict[str, object], patch: Mapping[str, object]) -> dict[str, object]:
    """RFC 7396: null removes, objects merge, anything else replaces."""
    result = {name: value for name, value in target.items() if name not in patch}
    for name, value in patch.items():
        old = target.get(name)
        if isinstance(value, dict):
            result[name] = merged(old if isinstance(old, dict) else {}, value)
        elif value is not None:
            result[name] = value
    return result
