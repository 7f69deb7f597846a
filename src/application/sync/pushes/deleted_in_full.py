"""What only a record in full names, and no listing, of one that is about to be deleted at the provider."""

import attrs

from ....domain.shared.ids import EntryId
from ....domain.sync.canonical import Values
from ....domain.sync.decision import FieldDecision
from ....domain.sync.journal import Subject
from ....domain.sync.push import Push
from ....domain.sync.schema import Schema
from ....domain.sync.side import Side
from ...ports.clock import IdSource
from ...ports.unit_of_work import UnitOfWork
from ..links.link_at import link_at
from ..records.scope import Scope

_RULE = "deleted"


@attrs.frozen
class DeletedInFull:
    """One kind of record in one scope."""

    _schema: Schema
    _scope: Scope
    _ids: IdSource

    async def __call__(self, uow: UnitOfWork, push: Push, shown: Values) -> bool:
        """Tell those values, of the fields that there are, in the journal, among the lines of the run that decided it,
        before they are gone. From then on the deletion is decided against them, too.

        Whether it may go on: not if somebody edited there one that was agreed on.
        """
        fields = self._schema.by_name
        beside = {
            name: value
            for name, value in shown.items()
            if name not in push.expected and name in fields and not fields[name].same(value, None)
        }
        link = await link_at(uow, push.account_id, push.kind, push.local_id)
        base = link.base if link is not None else {}
        if any(name in base and not fields[name].same(base[name], beside[name]) for name in beside):
            return False
        if beside:
            subject = Subject(
                run_id=push.run_id,
                kind=push.kind,
                external_id=push.external_id or "",
                local_id=push.local_id,
                version=0,
                at=self._scope.now,
            )
            lines = [self._line(name, base, beside) for name in beside]
            await uow.journal.append([subject.line(EntryId(self._ids.new()), each) for each in lines])
            push.expected = {**push.expected, **beside}
            await uow.pushes.save(push)
        return True

    def _line(self, name: str, base: Values, beside: Values) -> FieldDecision:
        return FieldDecision(
            field=name,
            base=base.get(name),
            ours=None,
            theirs=beside[name],
            value=None,
            side=Side.OURS,
            rule=_RULE,
            reason="it goes with the record that we deleted, and only a look at it showed it",
        )
