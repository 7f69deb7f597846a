"""What the counter is about to write over is looked at right before: an edit there that no sync saw is not lost."""

from collections.abc import Callable, Collection, Sequence

import attrs

from ...domain.shared.errors import GatewayRejected, GatewayUnavailable, InvalidValue
from ...domain.sync.canonical import Values
from ...domain.sync.kept_own import kept_own
from ...domain.sync.record import SyncRecord
from ...domain.sync.schema import Schema
from ..ports.gym import GymGateway
from ..ports.sources import Observed
from ..sync.records.reading import read
from ..sync.records.single_looks import get_that
from ..sync.records.task_at_provider import in_words


def _nothing(_: Values) -> None:
    """Whatever stands there."""


@attrs.frozen(kw_only=True)
class Over:
    """Which record is written over, as its ``link`` knew it, and in which ``fields``, by the schema's names. ``forbid``
    raises IllegalTransition where our own rules forbid to write over what stands there.
    """

    link: SyncRecord
    fields: Collection[str]
    forbid: Callable[[Values], None] = _nothing


@attrs.frozen(kw_only=True)
class Before:
    """The record as the provider showed it right before it was written over; ``writable`` are the fields of such a one
    that it takes, ``resolution_s`` is that of its stamps.
    """

    shown: Observed
    over: Over
    writable: frozenset[str]
    resolution_s: int

    def written_over(self, schema: Schema, theirs: Values, after: Values) -> Sequence[str]:
        """Fields that held there what the link did not know, and do not hold it any more; arguments as in
        ``overwritten``.
        """
        fields, known = schema.by_name, self.over.link.base
        over = self.overwritten(schema, theirs, after)
        return [name for name in over if not fields[name].same(theirs[name], known.get(name))]

    def overwritten(self, schema: Schema, theirs: Values, after: Values) -> Sequence[str]:
        """Fields that do not hold any more what they held there, be it known or not. ``theirs`` is what is shown,
        ``after`` what the provider has since; of what either does not name nothing is known.
        """
        fields, asked = schema.by_name, self.over.fields
        named = [name for name in schema.names if name in asked and name in theirs and name in after]
        return [name for name in named if not fields[name].same(theirs[name], after[name])]

    def kept(self, schema: Schema, wish: Values, after: Values) -> Sequence[str]:
        """Fields of which the provider kept what stood there though it said yes to what was wished."""
        shown = read(self.shown).values
        told = {name: value for name, value in wish.items() if name in shown and name in after}
        return kept_own(schema, told, shown, after)

    def unseen(self) -> str | None:
        """What stands there in those fields that the link did not know, in words for a person; None: nothing."""
        known = self.over.link.base
        return in_words({name: value for name, value in self._stood().items() if value != known.get(name)})

    def gone(self, after: Values) -> str | None:
        """What stood there in those fields and is not shown to stand there ``after``, known or not, in the same words;
        None: nothing.
        """
        stood = self._stood()
        return in_words({name: value for name, value in stood.items() if name not in after or after[name] != value})

    def _stood(self) -> Values:
        shown = read(self.shown).values
        return {name: shown[name] for name in sorted(self.over.fields) if name in shown}


async def look_first(gym: GymGateway, over: Over) -> Before | None:
    """None where the provider says that there is no such record: the write will be told so, too.

    Raises GatewayUnavailable, GatewayRejected and CredentialsRefused, and IllegalTransition where our rules forbid the
    write; nothing was written then.
    """
    source = gym.source(over.link.kind)
    try:
        shown = await get_that(source, over.link.external_id)
    except GatewayUnavailable as error:
        raise GatewayUnavailable(
            f"nothing was written, for what stands there could not be looked at before: {error.message}"
        ) from error
    if shown is None:
        return None
    try:
        stands = read(shown).values
    except InvalidValue as error:
        raise GatewayRejected(f"nothing was written, for what stands there cannot be read: {error.message}") from error
    over.forbid(stands)
    return Before(shown=shown, over=over, writable=source.writable, resolution_s=source.resolution_s)
