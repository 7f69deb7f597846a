"""What lists promise: filter, search, order, windows, counts (ports/readers.py, Readers)."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from tests.builders import (
    NOON,
    a_lead,
    a_member,
    a_membership,
    a_phone,
    a_record,
    a_task,
    a_user,
    an_account,
    values_of,
)

from tresen.application.ports.readers import (
    LEAD_ORDER,
    MEMBER_ORDER,
    TASK_ORDER,
    USER_ORDER,
    LeadRow,
    MemberRow,
    RowLink,
)
from tresen.application.ports.unit_of_work import UnitOfWork
from tresen.domain.leads.lead import Lead
from tresen.domain.leads.stage import Stage
from tresen.domain.membership.member import Member
from tresen.domain.membership.status import Status
from tresen.domain.shared.errors import InvalidValue
from tresen.domain.shared.ids import TenantId
from tresen.domain.shared.page import Listing, Page
from tresen.domain.staff.task import TaskState
from tresen.domain.tenancy.provider_account import ProviderAccount

from .kinds import LATER, ODD
from .stores import Backend

Ask = Callable[[Listing], Awaitable[Page[Any]]]


async def add_members(backend: Backend, tenant: TenantId, *members: Member) -> None:
    await backend.write(tenant, lambda uow: uow.members.add_many(members))


def lists_of(backend: Backend, tenant: TenantId) -> dict[str, Ask]:
    readers = backend.readers
    return {
        "members": lambda listing: readers.members(tenant, listing),
        "leads": lambda listing: readers.leads(tenant, listing),
        "tasks": lambda listing: readers.tasks(tenant, listing),
        "users": lambda listing: readers.users(tenant, listing),
    }


async def fill(backend: Backend, tenant: TenantId, count: int) -> None:
    """Each list gets so many rows that are all alike."""

    async def work(uow: UnitOfWork) -> None:
        await uow.members.add_many([a_member(tenant) for _ in range(count)])
        await uow.leads.add_many([a_lead(tenant) for _ in range(count)])
        for n in range(count):
            await uow.tasks.add(a_task(tenant))
            await uow.users.add(a_user(tenant, f"{n:03}@{tenant}.example.org"))

    await backend.write(tenant, work)


every_list = pytest.mark.parametrize(
    ("name", "orders"),
    [("members", MEMBER_ORDER), ("leads", LEAD_ORDER), ("tasks", TASK_ORDER), ("users", USER_ORDER)],
    ids=["members", "leads", "tasks", "users"],
)


@every_list
async def test_an_empty_list_is_an_empty_page(
    backend: Backend, tenant: TenantId, other: TenantId, name: str, orders: tuple[str, ...]
) -> None:
    await fill(backend, other, 3)
    assert await lists_of(backend, tenant)[name](Listing()) == Page((), 0)


@every_list
async def test_windows_neither_overlap_nor_leave_gaps(
    backend: Backend, tenant: TenantId, name: str, orders: tuple[str, ...]
) -> None:
    """Whatever the order, also where all rows are alike."""
    await fill(backend, tenant, 7)
    ask = lists_of(backend, tenant)[name]
    for order_by in (None, *orders):
        for descending in (False, True):
            pages = [
                await ask(Listing(limit=3, offset=offset, order_by=order_by, descending=descending))
                for offset in (0, 3, 6, 9)
            ]
            ids = [row.id for page in pages for row in page.items]
            assert len(set(ids)) == len(ids) == 7
            assert [len(page.items) for page in pages] == [3, 3, 1, 0]
            assert {page.count for page in pages} == {7}


@every_list
async def test_rows_that_are_alike_are_ordered_by_id_in_both_directions(
    backend: Backend, tenant: TenantId, name: str, orders: tuple[str, ...]
) -> None:
    await fill(backend, tenant, 5)
    order_by = {"members": "last_name", "leads": "created_at", "tasks": "title", "users": "name"}[name]
    for descending in (False, True):
        page = await lists_of(backend, tenant)[name](Listing(order_by=order_by, descending=descending))
        assert [row.id for row in page.items] == sorted(row.id for row in page.items)


@every_list
@pytest.mark.parametrize("field", ["password_hash", "version", "", "id; DROP TABLE member", "Last_Name", "phone"])
async def test_a_field_that_the_list_is_not_ordered_by_is_refused(
    backend: Backend, tenant: TenantId, name: str, orders: tuple[str, ...], field: str
) -> None:
    with pytest.raises(InvalidValue) as refused:
        await lists_of(backend, tenant)[name](Listing(order_by=field or "-"))
    assert refused.value.details["field"] == "order_by"


async def test_a_members_row_shows_the_member(backend: Backend, tenant: TenantId) -> None:
    member = a_member(
        tenant,
        ODD,
        "Ünal",
        email=" Zoë@Example.org ",
        phone=a_phone("030 / 1 23", "+4930123"),
        status=Status.UNKNOWN,
        status_text="Frozen ❄",
        joined_on=date(2024, 2, 29),
        updated_at=LATER,
    )
    await add_members(backend, tenant, member)
    page = await backend.readers.members(tenant, Listing())
    assert page.items == (
        MemberRow(
            id=member.id,
            first_name=ODD,
            last_name="Ünal",
            email=" Zoë@Example.org ",
            phone="030 / 1 23",
            status="unknown",
            status_text="Frozen ❄",
            joined_on=date(2024, 2, 29),
            updated_at=LATER,
        ),
    )


async def test_a_leads_row_shows_the_lead(backend: Backend, tenant: TenantId) -> None:
    lead = a_lead(tenant, ODD, "Ünal", stage=Stage.UNKNOWN, stage_text="Hot 🔥", created_at=LATER)
    lead.source = "Web"
    await backend.write(tenant, lambda uow: uow.leads.add(lead))
    page = await backend.readers.leads(tenant, Listing())
    assert page.items == (
        LeadRow(
            id=lead.id,
            first_name=ODD,
            last_name="Ünal",
            email=None,
            phone=None,
            status="unknown",
            status_text="Hot 🔥",
            source="Web",
            created_at=LATER,
            updated_at=LATER,
        ),
    )


async def link(
    backend: Backend, account: ProviderAccount, ids: Sequence[str], one: Member | Lead, *, kind: str = "member"
) -> None:
    records = [a_record(account.id, each, one, kind=kind) for each in ids]
    await backend.write(account.tenant_id, lambda uow: uow.sync_records.put_many(records))


async def test_rows_tell_where_their_records_are(
    backend: Backend, tenant: TenantId, account: ProviderAccount, others_account: ProviderAccount
) -> None:
    """Each its own: not those of the other kind, nor what another tenant links to that id."""
    second = an_account(tenant, ODD)
    await backend.write(tenant, lambda uow: uow.accounts.add(second))
    first, then, lead = a_member(tenant, "A", "A"), a_member(tenant, "B", "B"), a_lead(tenant)
    await add_members(backend, tenant, first, then)
    await backend.write(tenant, lambda uow: uow.leads.add(lead))
    await link(backend, second, ["2", ODD], first)
    await link(backend, account, ["9", "10"], first)
    await link(backend, account, ["9"], lead, kind="lead")
    await link(backend, others_account, ["9"], first)
    await link(backend, account, ["7"], first, kind="lead")
    here: Any = {"account_id": account.id, "provider": account.provider, "account": account.name}
    there: Any = {"account_id": second.id, "provider": second.provider, "account": ODD}
    page = await backend.readers.members(tenant, Listing())
    assert [row.links for row in page.items] == [
        (
            RowLink(**here, external_id="10"),
            RowLink(**here, external_id="9"),
            *(RowLink(**there, external_id=each) for each in sorted(["2", ODD])),
        ),
        (),
    ]
    assert [row.links for row in (await backend.readers.members(tenant, Listing(offset=1))).items] == [()]
    leads = await backend.readers.leads(tenant, Listing())
    assert [row.links for row in leads.items] == [(RowLink(**here, external_id="9"),)]


async def test_a_full_page_tells_the_links_of_every_row(
    backend: Backend, tenant: TenantId, account: ProviderAccount
) -> None:
    members = [a_member(tenant, last_name=f"{number:03}") for number in range(200)]
    await add_members(backend, tenant, *members)
    records = [a_record(account.id, f"id {number}", one) for number, one in enumerate(members)]
    await backend.write(tenant, lambda uow: uow.sync_records.put_many(records))
    page = await backend.readers.members(tenant, Listing(limit=200))
    assert [[each.external_id for each in row.links] for row in page.items] == [[f"id {n}"] for n in range(200)]


async def test_tasks_and_users_are_listed_in_full(backend: Backend, tenant: TenantId) -> None:
    task, user = a_task(tenant, ODD, details={"why": None, "x": ODD}), a_user(tenant, name=ODD)
    await backend.write(tenant, lambda uow: uow.tasks.add(task))
    await backend.write(tenant, lambda uow: uow.users.add(user))
    tasks, users = await backend.readers.tasks(tenant, Listing()), await backend.readers.users(tenant, Listing())
    assert [values_of(t) for t in tasks.items] == [values_of(task)]
    assert [values_of(u) for u in users.items] == [values_of(user)]


async def test_names_are_ordered_whatever_their_case(backend: Backend, tenant: TenantId) -> None:
    names = ["Zebra", "özil", "Österreich", "anna", "Anna B", "ANNA", "", "Straße", "strasse", "👩‍🚀", "_", "%"]
    await add_members(backend, tenant, *(a_member(tenant, "x", name) for name in names))
    up = await backend.readers.members(tenant, Listing())
    assert [row.last_name for row in up.items] == sorted(names, key=str.casefold)
    down = await backend.readers.members(tenant, Listing(descending=True))
    assert [row.last_name.casefold() for row in down.items] == [n.casefold() for n in sorted(names, key=str.casefold)][
        ::-1
    ]


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("order_by", ["email", "joined_on"])
async def test_what_is_not_known_comes_last(
    backend: Backend, tenant: TenantId, order_by: str, descending: bool
) -> None:
    known = [
        a_member(tenant, "known", email=f"{n}@example.org", joined_on=date(2020, 1, 1) + timedelta(days=n))
        for n in range(3)
    ]
    unknown = [a_member(tenant, "unknown") for _ in range(2)]
    await add_members(backend, tenant, unknown[0], *known, unknown[1])
    page = await backend.readers.members(tenant, Listing(order_by=order_by, descending=descending))
    expected = (known[::-1] if descending else known) + unknown
    assert [row.id for row in page.items] == [member.id for member in expected]


@pytest.mark.parametrize(
    ("order_by", "key"),
    [
        ("last_name", lambda m: m.last_name.casefold()),
        ("first_name", lambda m: m.first_name.casefold()),
        ("email", lambda m: m.email.canonical),
        ("status", lambda m: m.status.value),
        ("joined_on", lambda m: m.joined_on),
        ("created_at", lambda m: m.created_at),
        ("updated_at", lambda m: m.updated_at),
    ],
)
async def test_members_are_ordered_by_each_field(
    backend: Backend, tenant: TenantId, order_by: str, key: Callable[[Member], Any]
) -> None:
    """The fields of these members disagree about the order, so that none stands in for another."""
    states = (Status.PENDING, Status.ACTIVE, Status.PAUSED, Status.EXPIRED, Status.CANCELLED)
    members = [
        a_member(
            tenant,
            "EaDcB"[n],
            "bCeDa"[n],
            email=f"{'dBaEc'[n]}@example.org",
            status=states[n],
            joined_on=date(2020, 1, 1) + timedelta(days=(n * 3) % 5),
            created_at=NOON + timedelta(microseconds=(n * 2) % 5),
            updated_at=NOON + timedelta(days=(n * 4) % 5),
        )
        for n in range(5)
    ]
    await add_members(backend, tenant, *members)
    for descending in (False, True):
        page = await backend.readers.members(tenant, Listing(order_by=order_by, descending=descending))
        assert [row.id for row in page.items] == [m.id for m in sorted(members, key=key, reverse=descending)]


async def test_lists_have_their_own_default_order(backend: Backend, tenant: TenantId) -> None:
    earlier = NOON - timedelta(days=1)

    async def add(uow: UnitOfWork) -> None:
        await uow.members.add_many([a_member(tenant, "A", "Z"), a_member(tenant, "B", "a", created_at=LATER)])
        await uow.leads.add_many([a_lead(tenant, "new"), a_lead(tenant, "old", created_at=earlier)])
        await uow.tasks.add(a_task(tenant, "new"))
        await uow.tasks.add(a_task(tenant, "old", created_at=earlier))
        await uow.users.add(a_user(tenant, "B@example.org"))
        await uow.users.add(a_user(tenant, "a@example.org"))

    await backend.write(tenant, add)
    readers = backend.readers
    assert [row.last_name for row in (await readers.members(tenant, Listing())).items] == ["a", "Z"]
    assert [row.first_name for row in (await readers.leads(tenant, Listing())).items] == ["old", "new"]
    assert [row.title for row in (await readers.tasks(tenant, Listing())).items] == ["old", "new"]
    assert [row.email.raw for row in (await readers.users(tenant, Listing())).items] == [
        "a@example.org",
        "B@example.org",
    ]


async def test_status_filters_by_its_word(backend: Backend, tenant: TenantId) -> None:
    async def add(uow: UnitOfWork) -> None:
        await uow.members.add_many([a_member(tenant, status=status) for status in Status])
        await uow.leads.add_many([a_lead(tenant, stage=stage) for stage in Stage])
        for state in TaskState:
            await uow.tasks.add(a_task(tenant, state=state))

    await backend.write(tenant, add)
    for name, words in (("members", Status), ("leads", Stage)):
        for word in words:
            page = await lists_of(backend, tenant)[name](Listing(status=word.value))
            assert [row.status for row in page.items] == [word.value]
            assert page.count == 1
    for state in TaskState:
        page = await backend.readers.tasks(tenant, Listing(status=state.value))
        assert [task.state for task in page.items] == [state]


PERSON = ("Zoë", "O'Brien-Ünal", "zoe.100%@Example.org", "030 / 12 34", "+49301234")


@pytest.mark.parametrize(
    "q",
    [
        "zoë",
        "ZOË",
        "oë",
        "brien-ü",
        "O'BRIEN",
        "zoë o'brien",
        "o'brien ZOË",
        "  zoë   ünal  ",
        "example.org",
        "100%@",
        "030 /",
        "1234",
        "+4930",
        "zoë 030 example",
        "%",
        "_%"[1:],
        "",
        "   ",
    ],
)
async def test_text_finds_parts_of_names_addresses_and_numbers(backend: Backend, tenant: TenantId, q: str) -> None:
    first, last, email, raw, e164 = PERSON

    async def add(uow: UnitOfWork) -> None:
        await uow.members.add(a_member(tenant, first, last, email=email, phone=a_phone(raw, e164)))
        await uow.leads.add(a_lead(tenant, first, last, email=email, phone=a_phone(raw, e164)))

    await backend.write(tenant, add)
    for name in ("members", "leads"):
        page = await lists_of(backend, tenant)[name](Listing(q=q))
        assert (len(page.items), page.count) == (1, 1)


@pytest.mark.parametrize("q", ["zoo", "z%ë", "zo_", "_oë", "%%", "zoë anna", "\\", '"', "'; --", "*", "org030", "züe"])
async def test_text_that_is_nowhere_finds_nothing(backend: Backend, tenant: TenantId, q: str) -> None:
    """``%`` and ``_`` stand for themselves."""
    await add_members(backend, tenant, a_member(tenant, "Zoë", "Ünal", email="z@example.org", phone=a_phone("030")))
    page = await backend.readers.members(tenant, Listing(q=q))
    assert (page.items, page.count) == ((), 0)


async def test_sharp_s_is_found_by_double_s(backend: Backend, tenant: TenantId) -> None:
    """Case-folded, as names are compared."""
    await add_members(backend, tenant, a_member(tenant, "Anna", "Groß"), a_member(tenant, "Anna", "GROSS"))
    for q in ("gross", "groß", "GROẞ"):
        assert (await backend.readers.members(tenant, Listing(q=q))).count == 2


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Jörg", ("jorg", "Jörg", "JÖRG", "jo\u0308rg", "örg")),
        ("Jorg", ("jörg", "jorg")),
        ("Søren Łukasz Æbelø", ("soren", "SØREN", "lukasz", "aebelo", "æbelø")),
        ("Čeněk Đorđe", ("cenek", "dorde", "čeněk")),
        ("İpek Işık", ("ipek", "isik", "ışık")),
        ("Ｚｏë", ("zoe",)),
        ("김민준", ("김", "민준")),
    ],
)
async def test_accents_are_no_matter(backend: Backend, tenant: TenantId, name: str, words: tuple[str, ...]) -> None:
    """Neither in the name nor in the query."""
    await add_members(backend, tenant, a_member(tenant, name, "Bystander"), a_member(tenant, "Other", "Person"))
    for q in words:
        assert [row.first_name for row in (await backend.readers.members(tenant, Listing(q=q))).items] == [name]


async def test_signs_of_search_patterns_are_found_as_they_are(backend: Backend, tenant: TenantId) -> None:
    for name in ("100%", "snake_case", "back\\slash", 'quo"te', "semi;colon", "star*", "[set]", "👩‍🚀"):
        member = a_member(tenant, name, "Bystander")
        await add_members(backend, tenant, member)
        page = await backend.readers.members(tenant, Listing(q=name))
        assert [row.id for row in page.items] == [member.id]


async def test_filter_search_order_and_window_work_together(backend: Backend, tenant: TenantId) -> None:
    members = [
        a_member(tenant, name, f"L{n}", status=Status.ACTIVE if n % 2 else Status.PAUSED)
        for n, name in enumerate(["Anna", "Hanna", "Bob", "Johanna", "Susanna", "Annabel"])
    ]
    await add_members(backend, tenant, *members)
    listing = Listing(status="active", q="anna", order_by="first_name", descending=True, limit=2, offset=1)
    page = await backend.readers.members(tenant, listing)
    assert page.count == 3
    assert [row.first_name for row in page.items] == ["Hanna", "Annabel"]


async def test_tasks_and_users_are_found_by_text(backend: Backend, tenant: TenantId) -> None:
    async def add(uow: UnitOfWork) -> None:
        await uow.tasks.add(a_task(tenant, "Convert the LEAD", details={"name": "Hopper"}))
        await uow.users.add(a_user(tenant, "Zoë@example.org", name="Front Desk"))

    await backend.write(tenant, add)
    for q, tasks, users in (("lead", 1, 0), ("zoë", 0, 1), ("desk front", 0, 1), ("nobody", 0, 0), ("%", 0, 0)):
        assert (await backend.readers.tasks(tenant, Listing(q=q))).count == tasks
        assert (await backend.readers.users(tenant, Listing(q=q))).count == users


async def test_a_saved_change_changes_what_is_found(backend: Backend, tenant: TenantId) -> None:
    member = a_member(tenant, "Anna", "Alt", email="alt@example.org")
    await add_members(backend, tenant, member)
    member.last_name, member.email = "Neu", None
    await backend.write(tenant, lambda uow: uow.members.save_many([member]))
    for q, count in (("alt", 0), ("anna neu", 1)):
        assert (await backend.readers.members(tenant, Listing(q=q))).count == count


async def test_only_own_and_committed_rows_are_listed(backend: Backend, tenant: TenantId, other: TenantId) -> None:
    await fill(backend, other, 2)
    async with backend.units.open(tenant) as uow:
        await uow.members.add(a_member(tenant))
        assert (await backend.readers.members(tenant, Listing())).count == 0
    assert (await backend.readers.members(tenant, Listing())).count == 0


async def test_listed_entities_are_the_callers_own(backend: Backend, tenant: TenantId) -> None:
    await backend.write(tenant, lambda uow: uow.users.add(a_user(tenant)))
    (await backend.readers.users(tenant, Listing())).items[0].name = "changed"
    assert (await backend.readers.users(tenant, Listing())).items[0].name == "Ada"


async def test_a_member_without_memberships_has_none(backend: Backend, tenant: TenantId) -> None:
    member = a_member(tenant)
    await add_members(backend, tenant, member, a_member(tenant))
    assert list(await backend.readers.memberships(tenant, member.id)) == []
    await backend.write(tenant, lambda uow: uow.memberships.add(a_membership(tenant, member.id)))
    assert len(await backend.readers.memberships(tenant, member.id)) == 1
