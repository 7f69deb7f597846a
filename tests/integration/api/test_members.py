"""Members, memberships, packages."""

from decimal import Decimal
from uuid import UUID

import pytest
from tests.world import World

from tresen.domain.shared.contact import PhoneNumber

from .conftest import Api, Caller, first_id

_NOBODY = "019cae6b-6600-7000-8000-0000000000ff"
SALE = {"membership_type": "Gold", "start_date": "2026-04-01"}
BUYER = {"first_name": "Cleo", "last_name": "Voss", "email": "cleo@example.org"}


async def membership_of(caller: Caller) -> str:
    member = await first_id(caller, "/members", "members")
    return await first_id(caller, f"/members/{member}/memberships", "memberships")


async def test_the_list_is_searched_ordered_and_cut(admin: Caller) -> None:
    everybody = (await admin.get("/members")).json()
    assert [m["first_name"] for m in everybody["members"]] == ["Ada", "Bea"]
    assert everybody["count"] == 2
    backwards = (await admin.get("/members", orderBy="last_name", order="desc", limit=1)).json()
    assert [m["last_name"] for m in backwards["members"]] == ["Zuse"]
    assert backwards["count"] == 2
    assert [m["first_name"] for m in (await admin.get("/members", offset=1)).json()["members"]] == ["Bea"]
    assert [m["first_name"] for m in (await admin.get("/members", q="ZUS")).json()["members"]] == ["Bea"]
    assert (await admin.get("/members", status="cancelled")).json() == {"members": [], "count": 0}


@pytest.mark.parametrize("kind", ["members", "leads"])
async def test_the_list_tells_where_each_record_is(admin: Caller, world: World, kind: str) -> None:
    for line in (await admin.get(f"/{kind}")).json()[kind]:
        shown = (await admin.get(f"/{kind}/{line['id']}")).json()["links"]
        assert shown
        assert line["links"] == [
            {
                "account_id": str(world.account.id),
                "provider": "memory",
                "account": "main",
                "external_id": link["external_id"],
            }
            for link in shown
        ]


async def test_a_member_is_shown_with_links_and_what_a_sync_overwrote(admin: Caller, world: World) -> None:
    world.gym.books.members.edit("1001", {"first_name": "Adele"})
    await world.sync()
    member = await first_id(admin, "/members", "members")
    shown = (await admin.get(f"/members/{member}")).json()
    assert shown["member"]["first_name"] == "Adele"
    assert [(link["external_id"], link["account_id"]) for link in shown["links"]] == [("1001", str(world.account.id))]
    change = shown["overwritten"][0]
    assert (change["field"], change["ours"], change["theirs"], change["taken"]) == (
        "first_name",
        "Ada",
        "Adele",
        "theirs",
    )


async def test_memberships_tell_their_price_as_exact_money(admin: Caller) -> None:
    member = await first_id(admin, "/members", "members")
    answer = (await admin.get(f"/members/{member}/memberships")).json()
    assert answer["count"] == 1
    assert answer["memberships"][0]["monthly_price"] == {"amount": "49.00", "currency": "EUR"}
    assert answer["memberships"][0]["starts_on"] == "2026-01-01"


async def test_everybodys_memberships_are_listed_filtered_and_paged(api: Api, admin: Caller) -> None:
    told = (await admin.get("/memberships")).json()
    assert [one["member"] for one in told["memberships"]] == ["Ada Byron", "Bea Zuse"]
    first = told["memberships"][0]
    (of_ada,) = (await admin.get(f"/members/{first['member_id']}/memberships")).json()["memberships"]
    assert first == {**of_ada, "member": "Ada Byron"}
    assert (await admin.get("/memberships", member_id=first["member_id"])).json() == {
        "memberships": [first],
        "count": 1,
    }
    assert (await admin.get("/memberships", limit=1)).json() == {"memberships": [first], "count": 2}
    assert (await admin.get("/memberships", limit=1, offset=1)).json()["memberships"] == told["memberships"][1:]
    assert (await admin.get("/memberships", status="active")).json() == told
    assert (await admin.get("/memberships", status="paused")).json() == {"memberships": [], "count": 0}
    south = api.as_("owner", "south")
    assert (await south.get("/memberships")).json()["count"] == 0
    assert (await south.get("/memberships", member_id=first["member_id"])).status_code == 404


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"status": "sleepy"}, "status"),
        ({"member_id": "1001"}, "member_id"),
        ({"limit": "201"}, "limit"),
        ({"offset": "-1"}, "offset"),
        ({"q": "ada"}, "q"),
    ],
)
async def test_a_list_of_memberships_that_cannot_be_given_is_refused(
    admin: Caller, query: dict[str, str], field: str
) -> None:
    answer = await admin.get("/memberships", **query)
    assert (answer.status_code, [e["field"] for e in answer.json()["errors"]]) == (422, [field])


async def test_packages_are_those_of_the_last_sync(admin: Caller) -> None:
    answer = (await admin.get("/packages")).json()
    assert answer["packages"] == [
        {
            "id": "7",
            "name": "Gold",
            "kind": "Class Plan",
            "price": {"amount": "49.00", "currency": "EUR"},
            "commitment": None,
        }
    ]
    assert answer["count"] == 1


async def test_a_membership_is_sold_to_somebody_new(admin: Caller) -> None:
    answer = await admin.post("/memberships", {**SALE, **BUYER})
    assert answer.status_code == 201
    assert answer.json()["member"]["first_name"] == "Cleo"
    assert answer.json()["membership"]["name"] == "Gold"
    assert "task" not in answer.json()


async def test_a_membership_is_sold_to_a_member(admin: Caller) -> None:
    member = await first_id(admin, "/members", "members")
    answer = await admin.post("/memberships", {**SALE, "member_id": member})
    assert answer.status_code == 201
    assert answer.json()["membership"]["member_id"] == member


async def test_what_the_account_may_not_write_becomes_a_task(admin: Caller, world: World) -> None:
    world.change_account(world.account.id, writes_enabled=False)
    answer = await admin.post("/memberships", {**SALE, **BUYER})
    assert answer.status_code == 202
    assert answer.json()["task"]["reason"] == "writes_disabled"
    assert "membership" not in answer.json()


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({**BUYER, "start_date": "2026-04-01"}, "membership_type"),
        ({**BUYER, "membership_type": "Gold"}, "start_date"),
        ({**SALE, **BUYER, "start_date": "soon"}, "start_date"),
        ({**SALE, **BUYER, "membership_type": " "}, "membership_type"),
        ({**SALE, **BUYER, "email": "nobody"}, "email"),
        ({**SALE, "first_name": "Cleo", "last_name": "Voss"}, "email"),
        ({**SALE, **BUYER, "member_id": "019cae6b-6600-7000-8000-000000000018"}, "member_id"),
        ({**SALE, "member_id": "no-uuid"}, "member_id"),
        ({**SALE, **BUYER, "colour": "red"}, "colour"),
        ({**SALE, **BUYER, "phone": 30123}, "phone"),
        ({**SALE, **BUYER, "first_name": "a\x00b"}, "first_name"),
        ({**SALE, **BUYER, "first_name": "a" * 201}, "first_name"),
    ],
)
async def test_a_sale_that_makes_no_sense_names_the_field(admin: Caller, body: object, field: str) -> None:
    answer = await admin.post("/memberships", body)
    assert answer.status_code == 422
    assert [e["field"] for e in answer.json()["errors"]] == [field]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (0, "0"),
        (19.90, "19.90"),
        ("29.00", "29.00"),
        ("0", "0"),
        ({"amount": "12.50", "currency": "EUR"}, "12.50"),
        ({"amount": 7, "currency": "EUR"}, "7"),
    ],
)
async def test_a_price_is_a_number_a_text_or_money_and_zero_is_a_price(
    admin: Caller, world: World, given: object, kept: str
) -> None:
    """W2, D1."""
    answer = await admin.patch(f"/memberships/{await membership_of(admin)}", {"monthly_price": given})
    assert answer.status_code == 200
    price = answer.json()["membership"]["monthly_price"]
    assert Decimal(price["amount"]) == Decimal(kept)


async def test_a_change_sends_only_what_is_set(admin: Caller) -> None:
    path = f"/memberships/{await membership_of(admin)}"
    paused = (await admin.patch(path, {"membership_status": "paused"})).json()["membership"]
    assert paused["status"] == "paused"
    assert paused["monthly_price"] == {"amount": "49.00", "currency": "EUR"}


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"monthly_price": -1},
        {"monthly_price": "much"},
        {"monthly_price": True},
        {"monthly_price": "NaN"},
        {"monthly_price": "45.555"},
        {"monthly_price": {"amount": "45.555", "currency": "EUR"}},
        {"membership_status": "gone"},
        {"membership_status": "unknown"},
        {"membership_status": None},
        {"price": 1},
    ],
)
async def test_a_change_that_makes_no_sense_is_refused(admin: Caller, body: object) -> None:
    assert (await admin.patch(f"/memberships/{await membership_of(admin)}", body)).status_code == 422


async def test_cancelling_twice_is_cancelling_once(admin: Caller, world: World) -> None:
    path = f"/memberships/{await membership_of(admin)}/cancel"
    first = await admin.post(path, {"cancellation_reason": "moves away"})
    assert first.status_code == 200
    assert first.json()["membership"]["status"] == "cancelled"
    again = await admin.post(path, {"cancellation_reason": "moves away"})
    assert again.status_code == 200
    assert world.gym.faults.calls.count("cancel_membership") == 1


async def test_a_cancellation_tells_of_the_one_that_it_wrote_over(admin: Caller, world: World) -> None:
    membership = await membership_of(admin)
    assert "written_over" not in (await admin.patch(f"/memberships/{membership}", {"monthly_price": 39})).json()
    world.gym.books.memberships.edit("1001", {"cancels_on": "2027-06-30"})
    told = await admin.post(f"/memberships/{membership}/cancel", {"cancellation_reason": "moves away"})
    assert told.json()["written_over"] == {"cancels_on": "2027-06-30"}


async def test_who_changed_and_cancelled_a_membership_is_told(admin: Caller) -> None:
    membership = await membership_of(admin)
    await admin.patch(f"/memberships/{membership}", {"monthly_price": 39})
    await admin.post(f"/memberships/{membership}/cancel", {"cancellation_reason": "moves away"})
    (record,) = (await admin.get(f"/sync/records/membership/{membership}/explain")).json()["records"]
    told = {each["field"]: each["change"]["reason"] for each in record["fields"] if each["change"]}
    assert told["price"] == "admin@north.example changed it here; it was written at the provider at once"
    assert "admin@north.example cancelled it here (moves away)" in told["cancels_on"]


@pytest.mark.parametrize("body", [{}, {"cancellation_reason": ""}, {"cancellation_reason": " "}, {"reason": "x"}])
async def test_a_cancellation_needs_a_reason(admin: Caller, body: object) -> None:
    assert (await admin.post(f"/memberships/{await membership_of(admin)}/cancel", body)).status_code == 422


async def test_advisers_read_members_and_do_not_sell(api: Api) -> None:
    adviser = api.as_("adviser")
    assert (await adviser.get("/members")).status_code == 200
    assert (await adviser.post("/memberships", {**SALE, **BUYER})).status_code == 403


@pytest.mark.parametrize(
    ("money", "field"),
    [
        ({"amount": "12.50", "currency": "USD"}, "monthly_price.currency"),
        ({"amount": "12.50"}, "monthly_price.currency"),
        ({"amount": "much", "currency": "EUR"}, "monthly_price.amount"),
    ],
)
async def test_money_that_is_none_here_names_the_field(admin: Caller, money: object, field: str) -> None:
    answer = await admin.patch(f"/memberships/{await membership_of(admin)}", {"monthly_price": money})
    assert answer.status_code == 422
    assert [e["field"] for e in answer.json()["errors"]] == [field]


async def test_a_phone_number_is_shown_as_it_was_written_and_in_e164(admin: Caller, world: World) -> None:
    member = await first_id(admin, "/members", "members")
    stored = world.store.room(world.north.id).members.find(UUID(member))
    assert stored is not None
    stored.phone = PhoneNumber("030 / 12 34 56", "+4930123456")
    world.store.room(world.north.id).members.put(stored.id, stored)
    shown = (await admin.get(f"/members/{member}")).json()["member"]
    assert (shown["phone"], shown["phone_e164"]) == ("030 / 12 34 56", "+4930123456")
    assert (await admin.get("/members")).json()["members"][0]["phone"] == "030 / 12 34 56"


async def test_one_membership_is_what_the_list_shows(admin: Caller) -> None:
    (listed, *_) = (await admin.get("/memberships")).json()["memberships"]
    assert (await admin.get(f"/memberships/{listed['id']}")).json() == {"membership": listed}
    await admin.post(f"/memberships/{listed['id']}/cancel", {"cancellation_reason": "moves away"})
    shown = (await admin.get(f"/memberships/{listed['id']}")).json()["membership"]
    assert shown["cancels_on"] is not None
    assert shown in (await admin.get("/memberships")).json()["memberships"]


async def test_a_membership_is_shown_to_its_tenant_and_to_who_may_read_members(api: Api, admin: Caller) -> None:
    path = f"/memberships/{await first_id(admin, '/memberships', 'memberships')}"
    for caller, asked in ((admin, f"/memberships/{_NOBODY}"), (api.as_("owner", "south"), path)):
        answer = await caller.get(asked)
        key = asked.rpartition("/")[2]
        assert (answer.status_code, answer.json()["detail"]) == (404, f"no membership {key}")
    key = (await admin.post("/api-keys", {"name": "k", "scopes": ["leads:read"]})).json()["key"]
    assert (await api.with_key(key).get(path)).status_code == 403
    assert (await api.as_("viewer").get(path)).status_code == 200
