"""While nobody knows whether a package was sold, only that one waits: another one of the same day is sold besides."""

from collections.abc import Mapping
from datetime import date

import pytest

from tresen.application.leads.convert_lead import Conversion
from tresen.application.membership.create_membership import Sale, Sold
from tresen.application.membership.sale_terms import is_same_sale
from tresen.domain.leads.stage import Stage
from tresen.domain.shared.errors import GatewayUnavailable
from tresen.domain.staff.task import TaskReason

from ..gym.test_done_later import open_tasks
from ..studio import GOLD, SILVER, Studio

STARTS = date(2026, 4, 1)


@pytest.fixture(autouse=True)
async def _gold_in_doubt(studio: Studio) -> None:
    """Mia is a member, and a lead, too; Gold was sold to her, and no answer came."""
    studio.books.packages = [GOLD, SILVER]
    studio.attract("Mia", last_name="Byron")
    studio.enrol("Mia")
    await studio.leads_synced()
    await studio.members_synced()
    studio.gym.faults.fail_next("create_membership", GatewayUnavailable("no answer"), after=1)
    assert (await sold(studio, "Gold")).task is not None


async def sold(studio: Studio, package: str) -> Sold:
    (member,) = studio.members()
    return await studio.create_membership(
        Sale(tenant_id=studio.tenant.id, buyer=member.id, package=package, starts_on=STARTS)
    )


def there(studio: Studio) -> list[object]:
    return [entry.values["name"] for entry in studio.books.memberships.entries()]


async def test_another_package_is_sold(studio: Studio) -> None:
    silver = await sold(studio, "Silver")
    assert silver.task is None
    assert silver.membership is not None
    assert silver.membership.name == "Silver"
    assert there(studio) == ["Gold", "Silver"]


async def test_so_it_is_to_a_lead_who_is_converted(studio: Studio) -> None:
    (lead,) = studio.leads()
    wish = Conversion(tenant_id=studio.tenant.id, lead_id=lead.id, package="Silver", starts_on=STARTS)
    done = await studio.convert_lead(wish)
    assert (done.lead.stage, done.task) == (Stage.CONVERTED, None)
    assert there(studio) == ["Gold", "Silver"]


async def test_both_have_a_task_where_neither_is_answered(studio: Studio) -> None:
    studio.gym.faults.fail_next("create_membership", GatewayUnavailable("no answer"))
    silver = await sold(studio, "Silver")
    assert silver.task is not None
    assert (silver.task.title, silver.task.reason) == (
        "Sell Silver to Mia Byron at the provider",
        TaskReason.OUTCOME_UNKNOWN,
    )
    assert [task.details["package"] for task in await open_tasks(studio)] == ["Gold", "Silver"]
    await studio.members_synced(whole=True)
    assert [task.details["package"] for task in await open_tasks(studio)] == ["Silver"]


@pytest.mark.parametrize("named", ["Gold", "gold", "7"])
async def test_the_same_one_is_not_sold_again_however_it_is_named(studio: Studio, named: str) -> None:
    (task,) = await open_tasks(studio)
    again = await sold(studio, named)
    assert again.task is not None
    assert again.task.id == task.id
    assert there(studio) == ["Gold"]


@pytest.mark.parametrize(
    ("other", "same"),
    [
        ({"package": "Gold"}, True),
        ({"package": "7"}, True),
        ({"package": " GOLD "}, True),
        ({"package": "Gold Plus", "package_id": "7"}, True),
        ({"package": "Silver", "package_id": "8"}, False),
        ({"package": "8"}, False),
        ({}, False),
    ],
)
def test_a_package_is_known_by_its_id_or_its_name(other: Mapping[str, str | None], same: bool) -> None:
    gold = {"package": "Gold", "package_id": "7", "starts_on": "2026-04-01"}
    assert is_same_sale(gold, {**other, "starts_on": "2026-04-01"}) is same
    assert not is_same_sale(gold, {**other, "starts_on": "2026-04-02"})
