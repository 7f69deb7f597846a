"""What somebody edited here is told in the journal when a sync first looks at it: no version is without a line."""

from collections.abc import Mapping, Sequence
from uuid import UUID

import attrs

from ....domain.shared.ids import EntryId
from ....domain.sync.canonical import Value
from ....domain.sync.decision import FieldDecision
from ....domain.sync.journal import LOCAL_EDIT, Change, Subject
from ....domain.sync.record import SyncRecord
from ....domain.sync.schema import Schema
from ....domain.sync.side import Side
from ....domain.sync.step import Step, values_of
from ...ports.clock import IdSource
from ...ports.unit_of_work import UnitOfWork
from ..records.scope import Scope


@attrs.frozen
class LocalEdits:
    """One kind of record in one scope. Edits made between two looks are one version."""

    _schema: Schema
    _scope: Scope
    _ids: IdSource

    async def __call__(
        self, uow: UnitOfWork, steps: Sequence[Step], links: Mapping[str, SyncRecord]
    ) -> Sequence[Change]:
        """The lines about values that stay; one that the sync overwrites is told by the line that says so."""
        lines: list[Change] = []
        for step in steps:
            link = links.get(step.external_id or "")
            if link is not None and step.local_id is not None and step.local_version not in {0, link.local_version}:
                lines += await self._lines(uow, step, step.local_id)
        return lines

    async def _lines(self, uow: UnitOfWork, step: Step, local_id: UUID) -> Sequence[Change]:
        edited = self._edited(step)
        if not edited:
            return ()
        journal = await uow.journal.of_record(self._schema.kind, local_id)
        latest = {line.field: line.value for line in journal if not line.is_release}
        subject = Subject(
            run_id=self._scope.run_id,
            kind=self._schema.kind,
            external_id=step.external_id or "",
            local_id=local_id,
            version=step.local_version,
            at=self._scope.now,
        )
        made = [self._made(step, name, latest.get(name, (step.inputs.base or {})[name])) for name in edited]
        told = [each for each in made if not self._schema.by_name[each.field].same(each.ours, each.value)]
        return [attrs.evolve(subject.line(EntryId(self._ids.new()), each), version=step.local_version) for each in told]

    def _edited(self, step: Step) -> Sequence[str]:
        """Fields that hold another value than was agreed, and keep it."""
        base, ours = step.inputs.base or {}, values_of(step.inputs.ours)
        overwritten = step.decision.updates.keys()
        return [
            field.name
            for field in self._schema.fields
            if field.name in base
            and field.name not in overwritten
            and not field.same(ours.get(field.name), base[field.name])
        ]

    def _made(self, step: Step, name: str, before: Value) -> FieldDecision:
        return FieldDecision(
            field=name,
            base=(step.inputs.base or {}).get(name),
            ours=before,
            theirs=values_of(step.inputs.theirs).get(name),
            value=values_of(step.inputs.ours).get(name),
            side=Side.OURS,
            rule=LOCAL_EDIT,
            reason="somebody edited it here",
        )
