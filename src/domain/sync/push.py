"""A push: our values on their way to the provider."""

import enum
from datetime import datetime
from uuid import UUID

import attrs

from ..shared.ids import AccountId, PushId, RunId, TenantId
from ..shared.text import storable
from .canonical import Values


class PushState(enum.Enum):
    """``waiting``: written at the next chance; perhaps it was sent and no answer came, which is looked up first.

    ``done``: the provider has it. ``refused``: it does not take it, and is not asked again with the same values.
    ``unsure``: of one that is to make a record, whether it did, nobody can tell; it is never tried again, whatever is
    edited. ``dropped``: the record changed meanwhile, so that it is decided anew; or it was refused as a whole, and
    each of its values is a push of its own.
    """

    WAITING = "waiting"
    DONE = "done"
    REFUSED = "refused"
    UNSURE = "unsure"
    DROPPED = "dropped"


@attrs.define(eq=False, kw_only=True)
class Push:
    """``values`` are to be written there; ``expected`` are the provider's values that they were decided against.

    ``external_id`` None: a record that is to be made there; no ``values``: one that is to be deleted there. Its id is
    its key: sent twice, it has one effect.
    ``attempts`` counts how often it was tried, also with success; ``why`` says what came of the last try. Instants in
    UTC.
    """

    id: PushId
    tenant_id: TenantId
    account_id: AccountId
    kind: str
    external_id: str | None
    local_id: UUID
    values: Values
    expected: Values
    run_id: RunId
    state: PushState = PushState.WAITING
    attempts: int = 0
    why: str | None = None
    created_at: datetime
    updated_at: datetime

    def begin(self) -> None:
        """It is tried once more."""
        self.attempts += 1

    def end(self, state: PushState, *, now: datetime, why: str | None = None) -> None:
        """It needs nothing more."""
        self.state, self.why, self.updated_at = state, None if why is None else storable(why), now

    def fail(self, why: str, *, now: datetime) -> None:
        """It was tried, and whether it took effect is not known."""
        self.why, self.updated_at = storable(why), now

    def wait(self, why: str, *, now: datetime) -> None:
        """It was tried, whether it took effect is not known, and whoever tries it next looks first."""
        self.state = PushState.WAITING
        self.fail(why, now=now)

    def put_off(self, why: str, *, now: datetime) -> None:
        """It was only looked for, which is no try."""
        self.attempts -= 1
        self.fail(why, now=now)

    @property
    def may_be_made(self) -> bool:
        """Of one that is to make a record there: whether that may be there already, or may come to be."""
        return self.state in {PushState.WAITING, PushState.UNSURE}

    @property
    def was_sent(self) -> bool:
        """Whether it is to make a record that may be there by now: it was tried, and nobody knows what came of it."""
        return self.external_id is None and self.may_be_made and self.attempts > 0

    @property
    def may_be_there(self) -> bool:
        """Of one that is to make a record there, and was not confirmed: whether a try may have made it. That which was
        refused did not; one before it may have.
        """
        return self.attempts > (1 if self.state is PushState.REFUSED else 0)

    def answers(self, values: Values) -> bool:
        """Of one that is to make a record there, and was not confirmed: whether our record with these values needs no
        other one. Another value is another question, unless the record may be there already.
        """
        return self.may_be_made or dict(self.values) == dict(values)
