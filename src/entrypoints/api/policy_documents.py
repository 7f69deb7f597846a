"""Policies as JSON: what is sent, and what is shown."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec

from ...domain.sync.guards import MOST_AT_LEAST
from .bodies import Body, Text

_Percent = Annotated[int, msgspec.Meta(ge=0, le=100)]
_Records = Annotated[int, msgspec.Meta(ge=0, le=MOST_AT_LEAST)]


class ShareBody(Body):
    """``percent`` of the records that both sides have, and never less than ``at_least`` records."""

    percent: _Percent | msgspec.UnsetType = msgspec.UNSET
    at_least: _Records | msgspec.UnsetType = msgspec.UNSET


class GuardsBody(Body):
    """How many records a sync may delete, how many may lose the value of one field, how many may be in conflict,
    before a person is asked."""

    deleted: ShareBody | msgspec.UnsetType = msgspec.UNSET
    blanked: ShareBody | msgspec.UnsetType = msgspec.UNSET
    conflicts: ShareBody | msgspec.UnsetType = msgspec.UNSET


class PolicyBody(Body):
    """A layer as a whole; what it does not name is as in the layer below. ``default`` and the values of ``fields`` are
    laws: theirs, ours, newest, union, ask. ``deletes``: what happens to a record that one side deleted and the other
    edited. ``clock_skew_s``: seconds (0 to 3600) by which both clocks may be apart. ``create_there`` and
    ``delete_there`` allow to create and to delete at the provider."""

    default: Text | msgspec.UnsetType = msgspec.UNSET
    fields: Mapping[Text, Text] | msgspec.UnsetType = msgspec.UNSET
    deletes: Literal["keep_edited", "delete", "ask"] | msgspec.UnsetType = msgspec.UNSET
    create_here: bool | msgspec.UnsetType = msgspec.UNSET
    create_there: bool | msgspec.UnsetType = msgspec.UNSET
    delete_here: bool | msgspec.UnsetType = msgspec.UNSET
    delete_there: bool | msgspec.UnsetType = msgspec.UNSET
    guards: GuardsBody | msgspec.UnsetType = msgspec.UNSET
    clock_skew_s: int | msgspec.UnsetType = msgspec.UNSET


def document_of(body: PolicyBody) -> Mapping[str, Any]:
    """What was sent, as it is stored."""
    document: dict[str, Any] = msgspec.to_builtins(body)
    return document


def body_of(document: Mapping[str, object]) -> PolicyBody:
    """What is stored, as it is shown."""
    return msgspec.convert(document, PolicyBody)
