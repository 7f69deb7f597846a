"""Deliveries are looked at once more because a person wants it."""

from collections.abc import Sequence

import attrs

from ...domain.shared.errors import IllegalTransition, InvalidValue
from ...domain.shared.ids import DeliveryId, TenantId
from ...domain.webhooks.delivery import Delivery, DeliveryState
from ..ports.inboxes import DeliveryFilter
from ..ports.unit_of_work import UnitOfWork
from ..transactions import Transactions
from .apply_fact import mark_scope
from .intake import processing

# What came to nothing. Those that took effect, and those that told what another had told, need ``force``.
REPLAYED = frozenset({DeliveryState.DEAD, DeliveryState.UNUSABLE, DeliveryState.IGNORED, DeliveryState.OUT_OF_DATE})
FORCE = "force"
_FORCED = frozenset(DeliveryState) - {DeliveryState.RECEIVED}
MAX_REPLAY = 10_000
# Some 20 ms of work: others may write in between.
_BATCH = 100


@attrs.frozen(kw_only=True)
class ReplayOne:
    """``by``: who wants it. ``force``: also when it took effect already, which then happens again."""

    tenant_id: TenantId
    delivery_id: DeliveryId
    by: str
    force: bool = False


@attrs.frozen(kw_only=True)
class ReplayMany:
    """Those of ``wanted`` that came first, at most ``limit`` (1 to 10,000); without states in ``wanted``, those that
    came to nothing. A filter that lets everything pass is meant only with ``everything``. ``dry_run``: only count
    them."""

    tenant_id: TenantId
    wanted: DeliveryFilter
    by: str
    limit: int = 1_000
    everything: bool = False
    force: bool = False
    dry_run: bool = False


@attrs.frozen
class ReplayDeliveries:
    """A replayed delivery is received anew and processed as if it had just come, under the same id.

    What it marked as told is unmarked, so that its fact counts again; the marks of other deliveries stay.
    """

    _transactions: Transactions

    async def one(self, wish: ReplayOne) -> Delivery:
        """The delivery as it is now. Raises NotFound; IllegalTransition when it waits already, or took effect and
        ``force`` is not given, which ``details["needs"]`` says then."""

        async def replay(uow: UnitOfWork) -> Delivery:
            delivery = await uow.deliveries.get(wish.delivery_id)
            if delivery.state in _FORCED - REPLAYED and not wish.force:
                raise IllegalTransition(
                    f"a delivery that is {delivery.state.value} is not replayed unless it is forced: "
                    "its effect may happen twice",
                    status=delivery.state.value,
                    needs=FORCE,
                )
            await _reopen(uow, delivery, wish.by)
            return delivery

        return await self._transactions.run(wish.tenant_id, "replay_delivery", replay)

    async def many(self, wish: ReplayMany) -> int:
        """How many were (``dry_run``: would be) replayed. Raises InvalidValue for a limit out of bounds, for states
        that are not replayed or only by force, and when it is not said which."""
        if wish.wanted == DeliveryFilter() and not wish.everything:
            raise InvalidValue("say which: by since, until, provider or status, or all of them by all", field="all")
        if not 1 <= wish.limit <= MAX_REPLAY:
            raise InvalidValue(f"limit must be between 1 and {MAX_REPLAY}, not {wish.limit}", field="limit")
        wanted = attrs.evolve(wish.wanted, states=_states(wish))
        ids = await self._transactions.read(
            wish.tenant_id, lambda uow: uow.deliveries.matching(wanted, limit=wish.limit)
        )
        if wish.dry_run:
            return len(ids)
        count = 0
        for start in range(0, len(ids), _BATCH):
            count += await self._batch(wish, wanted, ids[start : start + _BATCH])
        return count

    async def _batch(self, wish: ReplayMany, wanted: DeliveryFilter, ids: Sequence[DeliveryId]) -> int:
        async def replay(uow: UnitOfWork) -> int:
            deliveries = [await uow.deliveries.get(key) for key in ids]
            # Somebody else may have replayed them since they were listed.
            meant = [one for one in deliveries if wanted.states is not None and one.state in wanted.states]
            for delivery in meant:
                await _reopen(uow, delivery, wish.by)
            return len(meant)

        return await self._transactions.run(wish.tenant_id, "replay_deliveries", replay)


def _states(wish: ReplayMany) -> frozenset[DeliveryState]:
    allowed = _FORCED if wish.force else REPLAYED
    states = wish.wanted.states or REPLAYED
    if not states <= allowed:
        refused = ", ".join(sorted(state.value for state in states - allowed))
        if states <= _FORCED:
            raise InvalidValue(f"{refused}: not replayed unless it is forced", field="status", needs=FORCE)
        raise InvalidValue(f"{refused}: not replayed, as it waits already", field="status")
    return states


async def _reopen(uow: UnitOfWork, delivery: Delivery, by: str) -> None:
    if delivery.business_key is not None:
        await uow.marks.remove(mark_scope(delivery.account_id), delivery.business_key)
    delivery.reopen(f"replayed by {by}, was {delivery.state.value}")
    await uow.deliveries.save(delivery)
    await uow.jobs.enqueue([processing(delivery.id, delivery.correlation_id, delivery.replays)])
