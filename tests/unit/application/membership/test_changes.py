"""Memberships are changed at the provider first (W2, W3); ours follows what it then shows."""

from decimal import Decimal

import attrs
import pytest

from tresen.application.membership.cancel_membership import Cancellation
from tresen.application.membership.update_membership import MembershipUpdate
from tresen.application.ports.gym import MembershipPatch, Operation, Support
from tresen.application.ports.sources import Observed
from tresen.domain.membership.membership import Membership
from tresen.domain.membership.status import Status
from tresen.domain.shared.errors import (
    GatewayNotFound,
    GatewayUnavailable,
    IllegalTransition,
    InvalidValue,
    NotConfigured,
    NotFound,
)
from tresen.domain.shared.ids import MembershipId
from tresen.domain.staff.task import TaskReason, TaskState

from ..studio import A_DAY, A_MINUTE, GOLD, SILVER, Studio


async def sold_here(studio: Studio, **values: object) -> Membership:
    studio.books.packages = [GOLD, SILVER]
    there = studio.sell_there(studio.enrol(), **values)  # type: ignore[arg-type] # any of its values
    await studio.members_synced()
    return studio.membership(there)


def update(studio: Studio, membership: Membership, **values: object) -> MembershipUpdate:
    return MembershipUpdate(tenant_id=studio.tenant.id, membership_id=membership.id, **values)  # type: ignore[arg-type] # any of its fields


def cancellation(studio: Studio, membership: Membership, reason: str = "moves away") -> Cancellation:
    return Cancellation(tenant_id=studio.tenant.id, membership_id=membership.id, reason=reason)


async def test_only_what_is_set_changes(studio: Studio) -> None:
    gold = await sold_here(studio)
    pushed = await studio.update_membership(update(studio, gold, monthly_price=Decimal("39.50")))
    assert pushed.task is None
    assert str(pushed.membership.price) == "39.50 EUR"
    assert (pushed.membership.name, pushed.membership.status) == ("Gold", Status.ACTIVE)
    assert studio.books.memberships.get("1001").values["price"] == "39.50 EUR"


@pytest.mark.parametrize(
    ("price", "written"),
    [(Decimal(0), "0.00 EUR"), (Decimal("-0"), "0.00 EUR"), (Decimal("1E+2"), "100.00 EUR"), (None, None)],
)
async def test_nothing_is_a_price_and_no_price_is_not(
    studio: Studio, price: Decimal | None, written: str | None
) -> None:
    gold = await sold_here(studio)
    pushed = await studio.update_membership(update(studio, gold, monthly_price=price))
    assert studio.books.memberships.get("1001").values["price"] == written
    assert (str(pushed.membership.price) if pushed.membership.price else None) == written


async def test_a_price_is_sent_as_a_plain_decimal_text(studio: Studio) -> None:
    gold = await sold_here(studio)
    studio.change_account(writes_enabled=False)
    for price, text in ((Decimal("1E+2"), "100"), (Decimal("-0.0"), "0.0"), (Decimal("12.50"), "12.50")):
        pushed = await studio.update_membership(update(studio, gold, monthly_price=price))
        assert pushed.task is not None
        assert pushed.task.details["monthly_price"] == text


async def test_package_and_status_change_together(studio: Studio) -> None:
    gold = await sold_here(studio)
    pushed = await studio.update_membership(update(studio, gold, package="Silver", status=Status.PAUSED))
    assert (pushed.membership.name, pushed.membership.status) == ("Silver", Status.PAUSED)


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"status": Status.UNKNOWN},
        {"status": Status.EXPIRED},
        {"status": Status.PENDING},
        {"package": ""},
        {"package": " "},
        {"monthly_price": Decimal(-1)},
        {"monthly_price": Decimal("NaN")},
        {"monthly_price": Decimal("45.555")},
        {"monthly_price": Decimal("1E+40")},
    ],
)
async def test_what_cannot_be_changed_is_refused_before_anything_is_called(
    studio: Studio, values: dict[str, object]
) -> None:
    gold = await sold_here(studio)
    with pytest.raises(InvalidValue):
        await studio.update_membership(update(studio, gold, **values))
    assert "update_membership" not in studio.gym.faults.calls


async def test_it_is_cancelled_by_cancelling_it(studio: Studio) -> None:
    gold = await sold_here(studio)
    before = studio.rows()
    with pytest.raises(IllegalTransition, match="by cancelling it") as refused:
        await studio.update_membership(update(studio, gold, status=Status.CANCELLED, monthly_price=Decimal(39)))
    assert refused.value.details == {"membership_id": str(gold.id)}
    assert "update_membership" not in studio.gym.faults.calls
    assert studio.rows() == before


@pytest.mark.parametrize("writes", [False, True])
@pytest.mark.parametrize("status", [Status.ACTIVE, Status.PAUSED])
async def test_a_status_that_it_has_already_changes_nothing(studio: Studio, status: Status, writes: bool) -> None:
    gold = await sold_here(studio, on_hold=status is Status.PAUSED)
    studio.change_account(writes_enabled=writes)
    before = studio.rows()
    done = await studio.update_membership(update(studio, gold, status=status))
    assert (done.membership.status, done.task, done.already) == (status, None, True)
    assert "update_membership" not in studio.gym.faults.calls
    assert studio.rows() == before


async def test_one_of_which_no_holds_are_shown_is_as_active_as_it_is_shown_to_be(studio: Studio) -> None:
    studio.gym._lists_lack = frozenset({"on_hold"})
    gold = await sold_here(studio)
    del studio.books.memberships.get("1001").values["on_hold"]
    done = await studio.update_membership(update(studio, gold, status=Status.ACTIVE))
    assert (done.task, done.already) == (None, True)


async def test_what_was_paused_there_since_is_made_active(studio: Studio) -> None:
    gold = await sold_here(studio)
    studio.books.memberships.edit("1001", {"on_hold": True})
    done = await studio.update_membership(update(studio, gold, status=Status.ACTIVE))
    assert (done.membership.status, done.task, done.already) == (Status.ACTIVE, None, False)
    assert studio.books.memberships.get("1001").values["on_hold"] is False


async def test_one_that_ends_on_a_day_to_come_is_made_active_without_end(studio: Studio) -> None:
    gold = await sold_here(studio, cancels_on="2026-12-31")
    done = await studio.update_membership(update(studio, gold, status=Status.ACTIVE))
    assert (done.membership.terms.cancels_on, done.already) == (None, False)


async def test_staff_who_are_asked_to_pause_it_are_told_when_it_is_to_stay_active(studio: Studio) -> None:
    gold = await sold_here(studio)
    studio.change_account(writes_enabled=False)
    await studio.update_membership(update(studio, gold, status=Status.PAUSED))
    done = await studio.update_membership(update(studio, gold, status=Status.ACTIVE))
    assert done.task is not None
    left = [task for task in await studio.tasks() if task.state is TaskState.OPEN]
    assert [task.details["status"] for task in left] == ["active"]


async def test_one_that_is_no_more_there_is_a_task(studio: Studio) -> None:
    gold = await sold_here(studio)
    studio.books.memberships.remove("1001")
    assert (await studio.update_membership(update(studio, gold, status=Status.ACTIVE))).task is not None


async def test_a_rejected_change_leaves_ours_as_it_is(studio: Studio) -> None:
    gold = await sold_here(studio)
    pushed = await studio.update_membership(update(studio, gold, package="Platinum"))
    assert pushed.task is not None
    assert pushed.task.reason is TaskReason.REJECTED
    assert pushed.task.title == "Change the membership Gold of Ada Byron at the provider"
    assert (pushed.task.details["external_id"], pushed.task.details["package"]) == ("1001", "Platinum")
    assert "status" not in pushed.task.details
    assert studio.membership("1001").version == gold.version


async def test_a_change_that_timed_out_after_it_took_effect_is_not_repeated_and_the_sync_brings_it(
    studio: Studio,
) -> None:
    gold = await sold_here(studio)
    studio.gym.faults.fail_next("update_membership", GatewayUnavailable("time-out"), after=1)
    pushed = await studio.update_membership(update(studio, gold, package="Silver"))
    assert pushed.task is not None
    assert pushed.task.reason is TaskReason.OUTCOME_UNKNOWN
    assert pushed.membership.name == "Gold"
    assert studio.gym.faults.calls.count("update_membership") == 1
    await studio.members_synced()
    assert studio.membership("1001").name == "Silver"


async def test_a_membership_that_is_gone_there_becomes_a_task(studio: Studio) -> None:
    gold = await sold_here(studio)
    studio.gym.faults.fail_next("update_membership", GatewayNotFound("no such membership"))
    pushed = await studio.update_membership(update(studio, gold, package="Silver"))
    assert pushed.task is not None
    assert pushed.task.reason is TaskReason.REJECTED


async def test_cancelling_ends_it_and_keeps_the_reason_there(studio: Studio) -> None:
    gold = await sold_here(studio)
    pushed = await studio.cancel_membership(cancellation(studio, gold))
    assert (pushed.membership.status, pushed.task) == (Status.CANCELLED, None)
    assert pushed.membership.terms.cancels_on == studio.clock.now().date()
    assert studio.books.reasons["1001"] == "moves away"


async def test_a_cancellation_over_one_that_no_sync_had_seen_says_what_stood_there(studio: Studio) -> None:
    gold = await sold_here(studio)
    studio.books.memberships.edit("1001", {"cancels_on": "2026-06-30"})
    pushed = await studio.cancel_membership(cancellation(studio, gold))
    assert pushed.membership.terms.cancels_on == studio.clock.now().date()
    assert pushed.written_over == {"cancels_on": "2026-06-30"}


async def test_a_change_says_what_it_wrote_over_where_no_sync_had_seen_that(studio: Studio) -> None:
    gold = await sold_here(studio)
    studio.books.memberships.edit("1001", {"price": "59.00 EUR"})
    pushed = await studio.update_membership(update(studio, gold, monthly_price=Decimal(39)))
    assert pushed.written_over == {"price": "59.00 EUR"}
    assert (await studio.update_membership(update(studio, gold, monthly_price=Decimal(35)))).written_over == {}


async def test_the_journal_tells_who_cancelled_it_and_why(studio: Studio) -> None:
    gold = await sold_here(studio)
    wish = Cancellation(
        tenant_id=studio.tenant.id, membership_id=gold.id, reason="moves away,\nto Bonn", by="ada@studio.example"
    )
    await studio.cancel_membership(wish)
    why = "ada@studio.example cancelled it here (moves away, to Bonn); it was written at the provider at once"
    told = [(line.field, line.rule, line.reason) for line in studio.changes()]
    assert told == [("cancels_on", "written_first", why), ("flagged_active", "written_first", why)]


async def test_the_journal_tells_who_changed_it_and_nothing_of_what_else_the_provider_shows(studio: Studio) -> None:
    gold = await sold_here(studio)
    studio.books.memberships.edit("1001", {"auto_renew": True})
    await studio.update_membership(update(studio, gold, monthly_price=Decimal(39), by="Eva"))
    told = {line.field: (line.rule, line.reason) for line in studio.changes()}
    assert told["price"] == ("written_first", "Eva changed it here; it was written at the provider at once")
    assert told["auto_renew"][0] != "written_first"


async def test_a_name_that_cannot_be_kept_changes_nothing(studio: Studio) -> None:
    gold = await sold_here(studio)
    with pytest.raises(InvalidValue):
        await studio.update_membership(update(studio, gold, monthly_price=Decimal(39), by="E\0va"))
    assert "update_membership" not in studio.gym.faults.calls


async def test_cancelling_twice_changes_nothing_the_second_time(studio: Studio) -> None:
    gold = await sold_here(studio)
    await studio.cancel_membership(cancellation(studio, gold))
    before = studio.rows()
    again = await studio.cancel_membership(cancellation(studio, gold, "again"))
    assert (again.membership.status, again.task, again.already) == (Status.CANCELLED, None, True)
    assert studio.gym.faults.calls.count("cancel_membership") == 1
    assert studio.rows() == before


async def test_a_cancellation_that_is_yet_to_come_is_not_made_again(studio: Studio) -> None:
    gold = await sold_here(studio, cancels_on="2026-12-31")
    assert gold.status is Status.ACTIVE
    again = await studio.cancel_membership(cancellation(studio, gold))
    assert again.task is None
    assert "cancel_membership" not in studio.gym.faults.calls


async def test_there_is_nothing_to_cancel_of_an_expired_membership(studio: Studio) -> None:
    gold = await sold_here(studio, ends_on="2026-01-31")
    before = studio.rows()
    again = await studio.cancel_membership(cancellation(studio, gold))
    assert (again.membership.status, again.task, again.already) == (Status.EXPIRED, None, True)
    assert "cancel_membership" not in studio.gym.faults.calls
    assert studio.rows() == before


async def test_what_was_renewed_there_since_it_expired_is_cancelled(studio: Studio) -> None:
    gold = await sold_here(studio, ends_on="2026-01-31")
    studio.books.memberships.edit("1001", {"ends_on": "2027-01-31"})
    done = await studio.cancel_membership(cancellation(studio, gold))
    assert (done.membership.status, done.task, done.already) == (Status.CANCELLED, None, False)


async def test_what_will_be_renewed_is_cancelled_though_its_term_ran_out(studio: Studio) -> None:
    gold = await sold_here(studio, ends_on="2026-01-31", auto_renew=True)
    assert gold.status is Status.EXPIRED
    done = await studio.cancel_membership(cancellation(studio, gold))
    assert (done.membership.status, done.task, done.already) == (Status.CANCELLED, None, False)
    again = await studio.cancel_membership(cancellation(studio, gold))
    assert (again.task, again.already) == (None, True)
    assert studio.gym.faults.calls.count("cancel_membership") == 1


def keeps_only_a_last_day(studio: Studio) -> None:
    """The gym writes down when it ended, and not that it was cancelled."""

    async def end(external_id: str, **_: object) -> Observed:
        studio.gym.faults.calls.append("cancel_membership")
        today = studio.clock.now().date().isoformat()
        studio.books.memberships.edit(external_id, {"flagged_active": False, "ends_on": today})
        return studio.books.memberships.get(external_id).observed()

    studio.gym.cancel_membership = end  # type: ignore[method-assign] # of this one gym


@pytest.mark.parametrize(
    ("starts_on", "later"), [("2026-01-01", Status.EXPIRED), ("2026-12-31", Status.CANCELLED)], ids=["runs", "pending"]
)
@pytest.mark.parametrize("auto_renew", [None, True])
async def test_what_was_cancelled_where_only_a_last_day_is_kept_is_not_cancelled_again(
    studio: Studio, starts_on: str, later: Status, auto_renew: bool | None
) -> None:
    gold = await sold_here(studio, starts_on=starts_on, auto_renew=auto_renew)
    keeps_only_a_last_day(studio)
    first = await studio.cancel_membership(cancellation(studio, gold))
    assert (first.membership.status, first.task, first.already) == (Status.CANCELLED, None, False)
    for status in (Status.CANCELLED, later):
        again = await studio.cancel_membership(cancellation(studio, gold))
        assert (again.membership.status, again.task, again.already) == (status, None, True)
        studio.clock.advance(A_DAY)
        await studio.members_synced()
    assert studio.gym.faults.calls.count("cancel_membership") == 1


async def test_a_cancellation_that_was_not_made_of_what_has_yet_to_start_is_a_task(studio: Studio) -> None:
    """It is flagged inactive before it starts: that alone is no cancellation."""
    gold = await sold_here(studio, starts_on="2026-12-31", flagged_active=False)
    assert gold.status is Status.PENDING
    says_yes_and_keeps(studio)
    pushed = await studio.cancel_membership(cancellation(studio, gold))
    assert (pushed.membership.status, pushed.already) == (Status.PENDING, False)
    assert pushed.task is not None
    assert pushed.task.reason is TaskReason.REJECTED


async def test_a_cancellation_needs_a_reason(studio: Studio) -> None:
    gold = await sold_here(studio)
    with pytest.raises(InvalidValue):
        await studio.cancel_membership(cancellation(studio, gold, " "))


async def test_what_the_provider_cannot_cancel_is_a_task_once(studio: Studio) -> None:
    gold = await sold_here(studio)
    studio.gym._support[Operation.CANCEL_MEMBERSHIP] = Support.NONE
    first = await studio.cancel_membership(cancellation(studio, gold))
    second = await studio.cancel_membership(cancellation(studio, gold))
    assert first.task is not None
    assert second.task is not None
    assert first.task.id == second.task.id
    assert (first.task.reason, first.task.title) == (
        TaskReason.UNSUPPORTED,
        "Cancel the membership Gold of Ada Byron at the provider",
    )
    assert first.task.details["reason"] == "moves away"


async def test_the_provider_is_asked_about_the_membership_that_was_read(studio: Studio) -> None:
    gold = await sold_here(studio)
    other = studio.sell_there("1001", name="Silver")
    await studio.members_synced()
    await studio.cancel_membership(cancellation(studio, studio.membership(other)))
    assert studio.membership("1001").status is Status.ACTIVE
    assert studio.membership("1001").id == gold.id


async def test_an_unknown_membership_is_not_found(studio: Studio) -> None:
    nothing = MembershipId(studio.ids.new())
    with pytest.raises(NotFound):
        await studio.cancel_membership(Cancellation(tenant_id=studio.tenant.id, membership_id=nothing, reason="x"))
    with pytest.raises(NotFound):
        await studio.update_membership(
            MembershipUpdate(tenant_id=studio.tenant.id, membership_id=nothing, package="Gold")
        )


async def test_a_membership_without_a_provider_cannot_be_changed_there(studio: Studio) -> None:
    gold = await sold_here(studio)
    stray = Membership(
        id=MembershipId(studio.ids.new()),
        tenant_id=studio.tenant.id,
        member_id=gold.member_id,
        name="Stray",
        terms=gold.terms,
        status=Status.ACTIVE,
        created_at=studio.clock.now(),
        updated_at=studio.clock.now(),
    )
    await studio.transactions.run(studio.tenant.id, "add", lambda uow: uow.memberships.add(stray))
    with pytest.raises(NotConfigured):
        await studio.cancel_membership(cancellation(studio, stray))


async def test_offers_are_those_of_the_last_sync(studio: Studio) -> None:
    assert await studio.list_packages(studio.tenant.id) == ()
    await sold_here(studio)
    assert await studio.list_packages(studio.tenant.id) == (GOLD, SILVER)


async def test_a_member_is_shown_with_links_and_history(studio: Studio) -> None:
    ada = studio.enrol()
    await studio.members_synced()
    await studio.edit_member(ada, first_name="Adah")
    await studio.members_synced()
    detail = await studio.get_member(studio.tenant.id, studio.member(ada).id)
    assert detail.member.first_name == "Ada"
    assert [link.external_id for link in detail.links] == [ada]
    assert [(c.field, c.ours, c.theirs) for c in detail.changes] == [("first_name", "Adah", "Ada")]


def says_yes_and_keeps(studio: Studio) -> None:
    async def keep(external_id: str, *_: object, **__: object) -> Observed:
        return studio.books.memberships.get(external_id).observed()

    studio.gym.update_membership = keep  # type: ignore[method-assign] # of this one gym
    studio.gym.cancel_membership = keep  # type: ignore[method-assign] # of this one gym


@pytest.mark.parametrize(
    ("wish", "kept", "asked"),
    [
        ({"monthly_price": Decimal(39)}, "price", ("monthly_price", "39")),
        ({"monthly_price": None}, "price", ("monthly_price", None)),
        ({"package": "Silver"}, "package", ("package", "Silver")),
        ({"status": Status.PAUSED}, "status", ("status", "paused")),
    ],
)
async def test_what_the_provider_kept_though_it_said_yes_is_a_task(
    studio: Studio, wish: dict[str, object], kept: str, asked: tuple[str, str | None]
) -> None:
    gold = await sold_here(studio)
    says_yes_and_keeps(studio)
    pushed = await studio.update_membership(update(studio, gold, **wish))
    assert pushed.task is not None
    assert pushed.task.reason is TaskReason.REJECTED
    assert pushed.task.details["why"] == f"the provider said yes and kept its own {kept}"
    assert asked in pushed.task.details.items()
    assert [task.id for task in await studio.tasks()] == [pushed.task.id]
    assert pushed.membership.price == gold.price


async def test_a_cancellation_that_the_provider_did_not_make_though_it_said_yes_is_a_task(studio: Studio) -> None:
    gold = await sold_here(studio)
    says_yes_and_keeps(studio)
    pushed = await studio.cancel_membership(cancellation(studio, gold))
    assert pushed.membership.status is Status.ACTIVE
    assert pushed.task is not None
    assert (pushed.task.reason, pushed.task.details["reason"]) == (TaskReason.REJECTED, "moves away")


@pytest.mark.parametrize(
    "wish",
    [{"monthly_price": Decimal("49.0")}, {"package": "gold"}, {"package": GOLD.id}, {"status": Status.ACTIVE}],
)
async def test_what_was_so_already_is_no_value_of_the_providers_own(studio: Studio, wish: dict[str, object]) -> None:
    gold = await sold_here(studio)
    says_yes_and_keeps(studio)
    assert (await studio.update_membership(update(studio, gold, **wish))).task is None


async def test_only_what_the_provider_kept_is_asked_of_the_staff(studio: Studio) -> None:
    gold = await sold_here(studio)
    write = studio.gym.update_membership

    async def keep_the_price(external_id: str, patch: MembershipPatch) -> Observed:
        await write(external_id, attrs.evolve(patch, monthly_price="49"))
        return studio.books.memberships.get(external_id).observed()

    studio.gym.update_membership = keep_the_price  # type: ignore[method-assign] # of this one gym
    pushed = await studio.update_membership(update(studio, gold, status=Status.PAUSED, monthly_price=Decimal(39)))
    assert pushed.membership.status is Status.PAUSED
    assert pushed.task is not None
    assert {"external_id", "monthly_price", "account", "why"} == pushed.task.details.keys()


@pytest.mark.parametrize("cancels_on", [None, "2026-12-31"])
async def test_what_goes_on_there_by_now_is_cancelled_once_more(studio: Studio, cancels_on: str | None) -> None:
    """It was cancelled, and somebody had it go on at the provider; no sync saw that."""
    gold = await sold_here(studio, cancels_on=cancels_on)
    if cancels_on is None:
        await studio.cancel_membership(cancellation(studio, gold))
    studio.clock.advance(A_MINUTE)
    studio.books.memberships.edit("1001", {"flagged_active": True, "cancels_on": None})
    called = len(studio.gym.faults.calls)
    again = await studio.cancel_membership(cancellation(studio, gold, "really moves"))
    assert (again.membership.status, again.task) == (Status.CANCELLED, None)
    assert studio.books.reasons["1001"] == "really moves"
    assert studio.gym.faults.calls[called:] == ["memberships.get", "cancel_membership"]
    await studio.members_synced()
    assert studio.membership("1001").status is Status.CANCELLED
    told = next(line for line in studio.changes() if "no sync had seen" in line.reason)
    assert (told.field, told.value) == ("cancels_on", None)


async def test_a_cancellation_for_another_day_is_not_made_again(studio: Studio) -> None:
    gold = await sold_here(studio)
    await studio.cancel_membership(cancellation(studio, gold))
    studio.books.memberships.edit("1001", {"flagged_active": True, "cancels_on": "2026-12-31"})
    assert (await studio.cancel_membership(cancellation(studio, gold, "again"))).task is None
    assert studio.gym.faults.calls.count("cancel_membership") == 1


async def test_where_nobody_can_tell_whether_it_goes_on_there_a_person_is_asked(studio: Studio) -> None:
    gold = await sold_here(studio)
    await studio.cancel_membership(cancellation(studio, gold))
    studio.gym.faults.fail_next("memberships.get", GatewayUnavailable("no answer"))
    task = (await studio.cancel_membership(cancellation(studio, gold, "again"))).task
    assert task is not None
    assert (task.reason, task.details["reason"]) == (TaskReason.OUTCOME_UNKNOWN, "again")
    assert "nothing was written" in (task.details["why"] or "")
    assert studio.gym.faults.calls.count("cancel_membership") == 1


@pytest.mark.parametrize("goes_on", [False, True])
async def test_where_nothing_may_be_written_a_person_is_asked_only_if_it_goes_on(studio: Studio, goes_on: bool) -> None:
    gold = await sold_here(studio)
    await studio.cancel_membership(cancellation(studio, gold))
    studio.change_account(writes_enabled=False)
    if goes_on:
        studio.books.memberships.edit("1001", {"flagged_active": True, "cancels_on": None})
    task = (await studio.cancel_membership(cancellation(studio, gold, "again"))).task
    assert (task.reason if task else None) == (TaskReason.WRITES_DISABLED if goes_on else None)


async def test_what_is_cancelled_and_nowhere_there_stays_as_it_is(studio: Studio) -> None:
    gold = await sold_here(studio)
    await studio.cancel_membership(cancellation(studio, gold))
    studio.books.memberships.remove("1001")
    again = await studio.cancel_membership(cancellation(studio, gold, "again"))
    assert (again.membership.status, again.task) == (Status.CANCELLED, None)


async def test_what_is_so_here_and_nowhere_there_is_looked_for_once_and_left_to_the_staff(studio: Studio) -> None:
    gold = await sold_here(studio)
    studio.books.memberships.remove("1001")
    called = len(studio.gym.faults.calls)
    task = (await studio.update_membership(update(studio, gold, status=Status.ACTIVE))).task
    assert (task.reason if task else None) == TaskReason.REJECTED
    assert studio.gym.faults.calls[called:] == ["memberships.get", "update_membership"]
