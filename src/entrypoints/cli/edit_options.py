"""What ``members edit`` and ``leads edit`` take, and what they and ``leads update`` say."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any
from uuid import UUID

import attrs
from cyclopts import Parameter

from ...domain.shared.errors import InvalidValue
from ...domain.sync.edit_fate import Fate, Prospect
from .documents import fields
from .sync_held import command

EditorOption = Annotated[
    str | None, Parameter(metavar="NAME", help="Who edits; without it the name of the login here.")
]
_OWN = ("clear", "if_version", "by")
_GOES = {Fate.PUSH, Fate.SYNC}


@Parameter(name="*")
@attrs.frozen(kw_only=True)
class PersonOptions:
    """What is known of a person. An empty text clears, as ``--clear`` does."""

    first_name: Annotated[str | None, Parameter(help="First name.")] = None
    last_name: Annotated[str | None, Parameter(help="Last name.")] = None
    email: Annotated[str | None, Parameter(help="E-mail address.")] = None
    phone: Annotated[str | None, Parameter(help="Phone number, as it is written.")] = None
    location: Annotated[str | None, Parameter(metavar="ID", help="The provider's id of the location.")] = None
    clear: Annotated[
        list[str] | None, Parameter(negative=(), metavar="FIELD", help="A field to empty; may be repeated.")
    ] = None
    if_version: Annotated[
        int | None, Parameter(help="Only if this is still the record's version; else nothing happens.")
    ] = None
    by: EditorOption = None

    def values(self) -> dict[str, Any]:
        """What is given, by field; None clears. Raises InvalidValue for a field to clear that there is not, or that is
        given a value as well.
        """
        names = [field.name for field in attrs.fields(type(self)) if field.name not in _OWN]
        given = {name: getattr(self, name) for name in names if getattr(self, name) is not None}
        for word in self.clear or ():
            name = word.strip().replace("-", "_")
            if name not in names:
                raise InvalidValue(f"{word!r} cannot be cleared; choose from {', '.join(names)}", field="clear")
            if name in given:
                raise InvalidValue(f"{name} is to be cleared, and given a value", field=name)
        return given | {word.strip().replace("-", "_"): None for word in self.clear or ()}


@Parameter(name="*")
@attrs.frozen(kw_only=True)
class MemberOptions(PersonOptions):
    """What is known of a member."""

    born_on: Annotated[date | None, Parameter(metavar="DATE", help="Day of birth, such as 1990-12-31.")] = None
    joined_on: Annotated[date | None, Parameter(metavar="DATE", help="Member since, such as 2026-12-01.")] = None
    street: Annotated[str | None, Parameter(help="Street and number.")] = None
    postcode: Annotated[str | None, Parameter(help="Postcode.")] = None
    city: Annotated[str | None, Parameter(help="City.")] = None
    country: Annotated[str | None, Parameter(help="Country.")] = None
    email_opt_in: Annotated[bool | None, Parameter(help="Whether mails may be sent.")] = None
    sms_opt_in: Annotated[bool | None, Parameter(help="Whether text messages may be sent.")] = None


@Parameter(name="*")
@attrs.frozen(kw_only=True)
class LeadOptions(PersonOptions):
    """What is known of a lead."""

    source: Annotated[str | None, Parameter(help="Where the lead comes from.")] = None
    interested_in: Annotated[str | None, Parameter(help="What the lead asks for.")] = None
    message: Annotated[str | None, Parameter(help="What the lead wrote.")] = None


def fates_document(prospects: Sequence[Prospect]) -> list[dict[str, object]]:
    """What becomes of each field, as the API shows it."""
    return [fields(each, "field", "fate", "reason", "conflict_id") for each in prospects]


def fate_lines(prospects: Sequence[Prospect]) -> list[str]:
    """A line for each field."""
    return [f"  {each.field}: {each.reason}" for each in prospects]


def edit_lines(
    name: str, changed: Sequence[str], prospects: Sequence[Prospect], *, kind: str, id_: UUID, tenant: str | None
) -> list[str]:
    """What was changed, and what becomes of it. ``kind`` is what would be synced: members or leads; ``id_`` is ours."""
    lines = [f"{name}: changed {', '.join(changed)}" if changed else f"{name}: nothing is changed here"]
    lines += fate_lines(prospects)
    contested = [each.conflict_id for each in prospects if each.conflict_id is not None]
    lines += [f"decide it: {command(f'sync conflicts show {conflict_id}', tenant)}" for conflict_id in contested]
    undecided = [each.field for each in prospects if each.fate is Fate.SYNC]
    if undecided:
        look = command(f"sync explain {kind.removesuffix('s')} {id_} {undecided[0]}", tenant)
        lines.append(f"what the next run decides is no push yet; see it: {look}")
    if any(each.fate in _GOES for each in prospects):
        lines.append(f"without waiting: {command(f'sync run {kind} --force', tenant)}")
    return lines
