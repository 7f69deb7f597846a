"""Records of ours that were sent to be made at the provider, and not answered for: each may be there.

So it is found by what was sent, whatever it says here since: else it would be brought in as another one, and be made
there once more. One that was deleted here since is no one that a record of the provider's could be tied to, but what
was made of it is looked up once, so that it does not come back.
"""

from collections.abc import Collection, Mapping, Sequence
from functools import cached_property
from typing import TypeVar
from uuid import UUID

import attrs

from ....domain.shared.ids import AccountId
from ....domain.sync.canonical import Values
from ....domain.sync.pairing import found_by as keys_of
from ....domain.sync.push import Push
from ....domain.sync.schema import Schema
from ...ports.sources import Observed
from ...ports.unit_of_work import UnitOfWork
from ..records.called import called_alike, is_called, known_by_name
from ..records.noted import is_noted
from ..records.reading import read
from ..records.record_kind import MatchValues, RecordKind, Versioned
from .doubted import asked_whose
from .elsewhere import elsewhere
from .link_at import link_at
from .reviving import waits_to_be_made

E = TypeVar("E", bound=Versioned)


@attrs.define
class Sent:
    """``values`` are what was sent, by our record; ``gone`` is what was sent of those that were deleted here since, and
    about which nobody is asked.
    """

    _schema: Schema
    values: Mapping[UUID, Values]
    _gone: Sequence[Values] = ()

    @cached_property
    def keys(self) -> Collection[MatchValues]:
        """By what they can be found."""
        return frozenset(keys_of(self._schema, *self.values.values()))

    def with_keys(self, keys: Collection[MatchValues]) -> Mapping[UUID, Values]:
        """Those of which one of these was sent."""
        return {
            one: values for one, values in self.values.items() if not keys_of(self._schema, values).isdisjoint(keys)
        }

    def may_be(self, theirs: Values) -> bool:
        """Whether the provider's record may be one of them, or is left to a look."""
        if not self.values:
            return self.is_left(theirs)
        return (
            not keys_of(self._schema, theirs).isdisjoint(self.keys) or bool(self.alike(theirs)) or self.is_left(theirs)
        )

    def is_left(self, theirs: Values, ours: Values | None = None) -> bool:
        """Whether the provider's record may be what was made of one that was deleted here since, so that it is decided
        once that was looked up: unless ``ours``, with which it is to be paired, is called like it.
        """
        if not self._gone or (ours is not None and called_alike(ours, theirs)):
            return False
        said = keys_of(self._schema, theirs)
        alike = (values for values in self._gone if called_alike(values, theirs))
        return any(not keys_of(self._schema, values).isdisjoint(said) for values in alike)

    def alike(self, theirs: Values) -> tuple[UUID, ...]:
        """Those that the provider's record is called like, whose address may have been corrected there since; without
        an address, those that it is like in all that was sent.
        """
        return tuple(one for one, values in self.values.items() if _is_like(self._schema, theirs, values))


async def sent(uow: UnitOfWork, kind: RecordKind[E], account_id: AccountId) -> Sent:
    """Those of one kind, as far as neither this account nor another one has them."""
    schema = kind.schema
    pushes = await uow.pushes.sent_unanswered(account_id, schema.kind) if schema.match else ()
    values = await kind.as_of_today(uow, [push.values for push in pushes])
    said = {push.local_id: each for push, each in zip(pushes, values, strict=True)}
    taken = await elsewhere(uow, account_id, schema.kind, said)
    links = {one: await link_at(uow, account_id, schema.kind, one) for one in said.keys() - taken}
    free = {one for one, link in links.items() if link is None or waits_to_be_made(link)}
    here = await kind.load(uow, free) if free else {}
    over = {*here, *await asked_whose(uow, schema.kind, free - here.keys())}
    return Sent(
        schema,
        {one: each for one, each in said.items() if one in here},
        [each for one, each in said.items() if one in free - over],
    )


async def may_be_sent_of_another(uow: UnitOfWork, kind: RecordKind[E], push: Push, made: Observed) -> bool:
    """Whether the record with which the provider answered the making of one of ours may as well be what was sent of
    another one that is here, to which no answer came either. Who alone is called like it has it: a family may share an
    address. Raises InvalidValue where nobody can read the record.
    """
    theirs = read(made).values
    found = (await sent(uow, kind, push.account_id)).with_keys(keys_of(kind.schema, theirs))
    others = found.keys() - {push.local_id}
    if not others:
        return False
    return not called_alike(push.values, theirs) or any(called_alike(found[one], theirs) for one in others)


async def may_be_unsent(uow: UnitOfWork, kind: RecordKind[E], made: Observed) -> bool:
    """Whether the record with which the provider answered the making of one that was deleted here since can be paired
    with one that is here and is called like it. Raises InvalidValue where nobody can read the record.
    """
    theirs = read(made).values
    free = await kind.unlinked(uow, keys_of(kind.schema, theirs))
    return any(called_alike(values, theirs) for values in free.values())


def _is_like(schema: Schema, theirs: Values, values: Values) -> bool:
    """Whoever was sent with an address is known by the name, whatever else somebody changed there since; without a
    first name it may be anybody. Of others everything that was sent must be there.
    """
    if keys_of(schema, values):
        return is_called(values) and known_by_name(values, theirs)
    told = {
        name: value for name, value in values.items() if value is not None and name in theirs and name in schema.by_name
    }
    return bool(told) and all(
        schema.by_name[name].same(theirs[name], value) or is_noted(theirs, name, value) for name, value in told.items()
    )
