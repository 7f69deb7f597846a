"""A sale happens once, or a person is asked to make it (W1)."""

from datetime import date, timedelta

import attrs
import pytest

from tresen.application.membership.create_membership import Buyer, Sale, Sold
from tresen.application.ports.gym import Operation, Support
from tresen.application.staff.complete_task import TaskDone
from tresen.application.tenancy.create_tenant import NewTenant
from tresen.domain.membership.status import Status
from tresen.domain.shared.errors import (
    CredentialsRefused,
    GatewayError,
    GatewayRejected,
    GatewayUnavailable,
    InvalidValue,
    NotConfigured,
    NotFound,
)
from tresen.domain.shared.ids import MemberId
from tresen.domain.staff.task import TaskReason
from tresen.domain.sync.schema import Values
from tresen.domain.tenancy.provider_account import CredentialState

from ..studio import BOOKS, GOLD, SILVER, Studio

STARTS, NO_TIME = date(2026, 4, 1), timedelta()
EVA = Buyer(first_name=" Eva ", last_name="Marx", email=" eva@example.org ", phone="0171 5550001")


@pytest.fixture(autouse=True)
def _on_sale(studio: Studio) -> None:
    studio.books.packages = [GOLD, SILVER]


def sale(studio: Studio, buyer: Buyer | MemberId = EVA, **values: object) -> Sale:
    given = {"package": "Gold", "starts_on": STARTS, **values}
    return Sale(tenant_id=studio.tenant.id, buyer=buyer, **given)  # type: ignore[arg-type] # any of its fields


async def member_here(studio: Studio) -> MemberId:
    ada = studio.enrol()
    await studio.members_synced()
    return studio.member(ada).id


async def test_somebody_new_becomes_a_member_with_a_membership(studio: Studio) -> None:
    sold = await studio.create_membership(sale(studio))
    assert sold.member is not None
    assert sold.membership is not None
    assert sold.task is None
    assert (sold.member.name, sold.member.status) == ("Eva Marx", Status.ACTIVE)
    assert sold.member.phone is not None
    assert sold.member.phone.e164 == "+491715550001"
    assert (sold.membership.member_id, sold.membership.name) == (sold.member.id, "Gold")
    # It starts in April; today it is March.
    assert (sold.membership.status, sold.membership.status_changes_on) == (Status.PENDING, STARTS)
    assert len(studio.books.members) == len(studio.books.memberships) == 1


async def test_what_was_sold_is_no_news_to_the_next_sync(studio: Studio) -> None:
    await studio.create_membership(sale(studio))
    await studio.members_synced()  # the packages on sale are new to us
    before = studio.rows(without=BOOKS)
    run = await studio.members_synced()
    assert (run.counts.created, run.counts.updated, run.counts.unchanged) == (0, 0, 2)
    assert studio.rows(without=BOOKS) == before


async def test_a_member_buys_more(studio: Studio) -> None:
    ada = await member_here(studio)
    sold = await studio.create_membership(sale(studio, ada, package=SILVER.id, payment_method="cash"))
    assert sold.member is not None
    assert sold.membership is not None
    assert (sold.member.id, sold.membership.member_id, sold.membership.name) == (ada, ada, "Silver")
    assert "create_member" not in studio.gym.faults.calls


async def test_a_buyer_whom_the_gym_knows_is_not_entered_twice(studio: Studio) -> None:
    ada = await member_here(studio)
    again = Buyer(first_name="Ada", last_name="Byron", email="ADA@example.org")
    sold = await studio.create_membership(sale(studio, again))
    assert sold.member is not None
    assert sold.member.id == ada
    assert len(studio.members()) == 1


@pytest.mark.parametrize(
    ("buyer", "package"),
    [
        (EVA, "  "),
        (Buyer(first_name=" ", last_name="Marx", email="eva@example.org"), "Gold"),
        (Buyer(first_name="Eva", last_name="", email="eva@example.org"), "Gold"),
        (Buyer(first_name="Eva", last_name="Marx", email="eva"), "Gold"),
    ],
)
async def test_what_cannot_be_sold_is_refused_before_anything_is_called(
    studio: Studio, buyer: Buyer, package: str
) -> None:
    with pytest.raises(InvalidValue):
        await studio.create_membership(sale(studio, buyer, package=package))
    assert studio.gym.faults.calls == []
    assert await studio.tasks() == ()


@pytest.mark.parametrize("asked", ["8", "silver", " SILVER "])
async def test_a_package_on_sale_is_found_by_id_or_name_whatever_its_case(studio: Studio, asked: str) -> None:
    ada = await member_here(studio)
    sold = await studio.create_membership(sale(studio, ada, package=asked))
    assert sold.membership is not None
    assert sold.membership.name == "Silver"


async def test_what_is_not_on_sale_is_refused_before_the_first_write(studio: Studio) -> None:
    await studio.members_synced()
    before = studio.rows()
    with pytest.raises(InvalidValue) as raised:
        await studio.create_membership(sale(studio, package="Platinum"))
    assert raised.value.details == {"field": "membership_type", "known": ["Gold", "Silver"]}
    assert "Gold, Silver" in raised.value.message
    assert studio.rows() == before
    assert "create_member" not in studio.gym.faults.calls


async def test_of_two_packages_with_one_name_the_id_must_tell(studio: Studio) -> None:
    studio.books.packages = [GOLD, attrs.evolve(GOLD, id="9")]
    await studio.members_synced()
    with pytest.raises(InvalidValue, match="7, 9"):
        await studio.create_membership(sale(studio))
    assert (await studio.create_membership(sale(studio, package="9"))).membership is not None


async def test_a_task_names_the_package_and_its_id(studio: Studio) -> None:
    await studio.members_synced()
    studio.change_account(writes_enabled=False)
    sold = await studio.create_membership(sale(studio, package="silver"))
    assert sold.task is not None
    assert (sold.task.details["package"], sold.task.details["package_id"]) == ("Silver", "8")


@pytest.mark.parametrize("starts_on", [date(2025, 2, 27), date(2028, 4, 1), date(1926, 4, 1), date.max])
async def test_a_first_day_far_from_today_is_a_slip_of_the_pen(studio: Studio, starts_on: date) -> None:
    with pytest.raises(InvalidValue) as raised:
        await studio.create_membership(sale(studio, starts_on=starts_on))
    assert raised.value.details["field"] == "start_date"
    assert studio.gym.faults.calls == []


@pytest.mark.parametrize("starts_on", [date(2025, 4, 1), date(2028, 2, 28)])
async def test_a_first_day_within_a_year_before_and_two_after_is_fine(studio: Studio, starts_on: date) -> None:
    assert (await studio.create_membership(sale(studio, starts_on=starts_on))).membership is not None


async def test_without_an_account_there_is_nowhere_to_sell(studio: Studio) -> None:
    other = await studio.create_tenant(NewTenant(slug="other", name="Other"))
    with pytest.raises(NotConfigured):
        await studio.create_membership(Sale(tenant_id=other.id, buyer=EVA, package="Gold", starts_on=STARTS))


async def test_an_unknown_member_is_not_found(studio: Studio) -> None:
    with pytest.raises(NotFound):
        await studio.create_membership(sale(studio, MemberId(studio.ids.new())))


async def test_a_member_of_another_account_cannot_be_sold_to_there(studio: Studio) -> None:
    ada = await member_here(studio)
    second = studio.add_account("second", "memory://gym")
    with pytest.raises(InvalidValue) as raised:
        await studio.create_membership(sale(studio, ada, account_id=second.id))
    assert raised.value.details["field"] == "member_id"
    assert studio.gym.faults.calls.count("create_membership") == 0


async def test_with_several_accounts_the_account_must_be_named(studio: Studio) -> None:
    studio.add_account("second", "memory://gym")
    with pytest.raises(InvalidValue):
        await studio.create_membership(sale(studio))
    assert (await studio.create_membership(sale(studio, account_id=studio.account.id))).membership is not None


def reason(sold: Sold) -> TaskReason:
    assert sold.task is not None
    assert sold.membership is None
    return sold.task.reason


async def test_without_permission_to_write_a_person_is_asked(studio: Studio) -> None:
    studio.change_account(writes_enabled=False)
    sold = await studio.create_membership(sale(studio))
    assert reason(sold) is TaskReason.WRITES_DISABLED
    assert sold.task is not None
    assert sold.task.subject == "buyer:eva@example.org"
    assert {**sold.task.details} == {
        "first_name": "Eva",
        "last_name": "Marx",
        "email": "eva@example.org",
        "phone": "0171 5550001",
        "notes": None,
        "package": "Gold",
        "starts_on": "2026-04-01",
        "payment_method": "card",
        "account": "main",
        "why": "writing is switched off",
    }
    assert studio.gym.faults.calls == []
    assert studio.members() == []


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (GatewayRejected("no such package"), TaskReason.REJECTED),
        (GatewayUnavailable("time-out"), TaskReason.OUTCOME_UNKNOWN),
        (CredentialsRefused("401"), TaskReason.CREDENTIALS),
    ],
)
async def test_what_the_provider_says_is_why_a_person_is_asked(
    studio: Studio, error: GatewayError, expected: TaskReason
) -> None:
    studio.gym.faults.fail_next("create_membership", error)
    sold = await studio.create_membership(sale(studio))
    assert reason(sold) is expected
    assert sold.member is not None, "the member was made before the sale failed"
    assert sold.task is not None
    assert sold.task.subject == f"member:{sold.member.id}"
    assert sold.task.details["external_id"] == "1001"
    assert sold.task.details["why"] == error.message


@pytest.mark.parametrize("call", ["create_member", "create_membership"])
async def test_a_sale_that_timed_out_after_it_took_effect_is_never_repeated(studio: Studio, call: str) -> None:
    studio.gym.faults.fail_next(call, GatewayUnavailable("time-out"), after=1)
    sold = await studio.create_membership(sale(studio))
    assert reason(sold) is TaskReason.OUTCOME_UNKNOWN
    assert studio.gym.faults.calls.count(call) == 1
    assert len(studio.books.members) == 1
    await studio.members_synced()
    assert len(studio.members()) == 1, "the sync finds what was made"
    assert len(studio.memberships()) == len(studio.books.memberships) <= 1


async def test_an_answer_that_nobody_can_read_leaves_the_outcome_in_doubt(studio: Studio) -> None:
    ada = await member_here(studio)
    sold_there: list[str] = []
    sell = studio.books.memberships.add

    def sell_and_spoil(values: Values, *, late: timedelta = NO_TIME) -> str:
        sold_there.append(sell(values, late=late))
        studio.books.memberships.spoil(sold_there[-1])
        return sold_there[-1]

    studio.books.memberships.add = sell_and_spoil  # type: ignore[method-assign] # of these books only
    sold = await studio.create_membership(sale(studio, ada))
    assert reason(sold) is TaskReason.OUTCOME_UNKNOWN
    assert len(sold_there) == 1


async def test_a_sale_that_cannot_be_taken_over_is_in_doubt_and_not_refused(studio: Studio) -> None:
    ada = await member_here(studio)
    sell = studio.books.memberships.add

    def sell_to_nobody(values: Values, *, late: timedelta = NO_TIME) -> str:
        return sell({**values, "member": "9999"}, late=late)

    studio.books.memberships.add = sell_to_nobody  # type: ignore[method-assign] # of these books only
    sold = await studio.create_membership(sale(studio, ada))
    assert reason(sold) is TaskReason.OUTCOME_UNKNOWN
    assert sold.member is not None
    assert studio.memberships() == []
    assert studio.gym.faults.calls.count("create_membership") == 1


@pytest.mark.parametrize(
    ("support", "allowed", "done"),
    [
        (Support.NONE, "true", False),
        (Support.UNPROVEN, "false", False),
        (Support.UNPROVEN, "true", True),
        (Support.PROVEN, "false", True),
    ],
)
async def test_only_what_the_provider_can_do_is_tried(
    studio: Studio, support: Support, allowed: str, done: bool
) -> None:
    studio.gym._support[Operation.CREATE_MEMBER] = support
    studio.change_account(settings={"allow_unproven": allowed})
    sold = await studio.create_membership(sale(studio))
    assert ("create_member" in studio.gym.faults.calls) is done
    if not done:
        assert reason(sold) is TaskReason.UNSUPPORTED
        assert sold.task is not None
        assert ("allow_unproven=true" in str(sold.task.details["why"])) is (support is Support.UNPROVEN)


async def test_asking_twice_makes_one_task(studio: Studio) -> None:
    studio.change_account(writes_enabled=False)
    first = await studio.create_membership(sale(studio))
    second = await studio.create_membership(sale(studio))
    assert first.task is not None
    assert second.task is not None
    assert first.task.id == second.task.id
    assert len(await studio.tasks()) == 1


async def test_asking_for_something_else_makes_another_task(studio: Studio) -> None:
    studio.change_account(writes_enabled=False)
    await studio.create_membership(sale(studio))
    for _ in range(2):
        await studio.create_membership(sale(studio, package="Silver"))
    assert [t.details["package"] for t in await studio.tasks()] == ["Gold", "Silver"]


async def test_asking_again_after_the_task_was_done_makes_a_new_one(studio: Studio) -> None:
    studio.change_account(writes_enabled=False)
    first = await studio.create_membership(sale(studio))
    assert first.task is not None
    await studio.complete_task(TaskDone(tenant_id=studio.tenant.id, task_id=first.task.id, by="Ada"))
    await studio.create_membership(sale(studio))
    assert len(await studio.tasks()) == 2


async def test_refused_credentials_block_the_account_and_the_owner_is_told_once(studio: Studio) -> None:
    studio.gym.faults.outage = CredentialsRefused("401")
    assert reason(await studio.create_membership(sale(studio))) is TaskReason.CREDENTIALS
    called = len(studio.gym.faults.calls)
    sold = await studio.create_membership(sale(studio, package="Silver"))
    assert reason(sold) is TaskReason.CREDENTIALS
    assert len(studio.gym.faults.calls) == called, "no call while blocked"
    assert studio.stored_account().credential_state is CredentialState.BLOCKED
    told = [t for t in await studio.tasks() if t.operation == "renew_credentials"]
    assert len(told) == 1
    assert told[0].subject == f"account:{studio.account.id}"
