"""People edit members and leads through Tresen itself, between runs and in the middle of one."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

import attrs

from ...application.leads.edit_lead import LeadEdit
from ...application.membership.edit_member import MemberEdit
from ...application.sync.records.kinds import LEAD, MEMBER
from ...domain.shared.errors import InvalidValue, StaleVersion, TresenError
from ...domain.shared.ids import LeadId, MemberId
from ...domain.sync.schema import Value, Values
from .at_once import at_once
from .kept_edits import KeptEdit, Taken
from .people import here
from .rows import changed, rows_of
from .steps.edits import EditAtCounter
from .told_edits import ToldEdits
from .witness import Witness
from .world import World

_SOMEBODY = "somebody"
_BESIDE = frozenset({"tenant_id", "member_id", "lead_id", "by", "version"})
_FIELDS = {
    kind: frozenset(field.name for field in attrs.fields(edit)) - _BESIDE
    for kind, edit in ((MEMBER, MemberEdit), (LEAD, LeadEdit))
}
_DATES = frozenset({"born_on", "joined_on"})


@attrs.frozen
class Counter:
    """Of one world. ``told`` keeps what people were told."""

    _world: World
    _witness: Witness
    _told: ToldEdits

    def edit(self, step: EditAtCounter) -> str:
        """What came of it. An edit that was refused has written nothing."""
        found = here(self._world, step.tenant, step.kind, step.who)
        if not found or step.kind not in _FIELDS:
            return "there is nothing to edit"
        (key, before), room = found[0], self._world.room(step.tenant)
        rows = rows_of(room)
        meant = None if step.behind is None else before.version - step.behind
        try:
            told = at_once(self._edit(step, key, meant))
        except TresenError as error:
            if written := changed(rows, rows_of(room)):
                self._say(step, f"was refused ({error.code}), and wrote {', '.join(written)}")
            if isinstance(error, StaleVersion) and not step.behind:
                self._say(step, f"was refused, though it meant the version that is here: {error.message}")
            return f"refused: {error.code}"
        if step.behind:
            self._say(step, f"was taken, though it meant version {meant}")
        pushes = [push for push in room.pushes.rows() if push.id not in rows[f"{room.tenant.slug} pushes"]]
        kept = KeptEdit(self._world, room, step, told, self._world.values(step.kind, before), pushes)
        for wrong in kept.wrong():
            self._say(step, wrong)
        self._witness.count(pushes)
        self._witness.broken.extend(self._told.note(step.kind, told))
        return "done"

    def _say(self, step: EditAtCounter, wrong: str) -> None:
        self._witness.say("edits", f"an edit of {step.kind} {step.who} {wrong}")

    async def _edit(self, step: EditAtCounter, key: UUID, version: int | None) -> Taken:
        desk, tenant_id = self._world.counter(), self._world.tenants[step.tenant].id
        given = _given(step.kind, step.values)
        if step.kind == MEMBER:
            edit = MemberEdit(tenant_id=tenant_id, member_id=MemberId(key), by=_SOMEBODY, version=version, **given)
            return await desk.edit_member(edit)
        return await desk.edit_lead(
            LeadEdit(tenant_id=tenant_id, lead_id=LeadId(key), by=_SOMEBODY, version=version, **given)
        )


def _given(kind: str, values: Values) -> Mapping[str, Any]:
    """What somebody typed in, as command line and API read it."""
    unknown = sorted(values.keys() - _FIELDS[kind])
    if unknown:
        raise InvalidValue(f"nobody edits {unknown[0]} of a {kind} here", field=unknown[0])
    return {name: _day(name, value) if name in _DATES else value for name, value in values.items()}


def _day(name: str, value: Value) -> date | None:
    try:
        return date.fromisoformat(str(value)) if value else None
    except ValueError:
        raise InvalidValue(f"{value!r} is no date", field=name) from None
