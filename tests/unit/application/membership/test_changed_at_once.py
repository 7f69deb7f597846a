"""Two people change or cancel one membership at the same moment: one after the other, by what is so by then."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from tresen.application.membership.cancel_membership import Cancellation
from tresen.application.membership.push_membership import PushedMembership
from tresen.application.membership.update_membership import MembershipUpdate
from tresen.application.ports.sources import Observed
from tresen.domain.membership.membership import Membership
from tresen.domain.membership.status import Status

from ..studio import GOLD, SILVER, Studio


async def sold_here(studio: Studio) -> Membership:
    studio.books.packages = [GOLD, SILVER]
    there = studio.sell_there(studio.enrol())
    await studio.members_synced()
    return studio.membership(there)


def cancelling(studio: Studio, gold: Membership, by: str) -> Coroutine[Any, Any, PushedMembership]:
    wish = Cancellation(tenant_id=studio.tenant.id, membership_id=gold.id, reason=f"{by} says so", by=by)
    return studio.cancel_membership(wish)


@pytest.fixture(autouse=True)
def _slow(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    """The provider takes so long over a cancellation that everybody else gets as far as they can."""
    cancel = studio.gym.cancel_membership

    async def slowly(external_id: str, *, reason: str) -> Observed:
        for _ in range(50):
            await asyncio.sleep(0)
        return await cancel(external_id, reason=reason)

    monkeypatch.setattr(studio.gym, "cancel_membership", slowly)


async def test_the_second_cancellation_is_told_that_it_is_cancelled(studio: Studio) -> None:
    gold = await sold_here(studio)
    done = await asyncio.gather(cancelling(studio, gold, "Eva"), cancelling(studio, gold, "Bob"))
    assert [(each.membership.status, each.already, each.task) for each in done] == [
        (Status.CANCELLED, False, None),
        (Status.CANCELLED, True, None),
    ]
    assert studio.gym.faults.calls.count("cancel_membership") == 1
    assert studio.books.reasons.popitem()[1] == "Eva says so"


async def test_a_change_waits_for_a_cancellation(studio: Studio) -> None:
    gold = await sold_here(studio)
    wish = MembershipUpdate(tenant_id=studio.tenant.id, membership_id=gold.id, package=SILVER.id)
    await asyncio.gather(cancelling(studio, gold, "Eva"), studio.update_membership(wish))
    calls = [call for call in studio.gym.faults.calls if call.endswith("_membership")]
    assert calls == ["cancel_membership", "update_membership"]
