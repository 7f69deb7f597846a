"""What a person types to decide a conflict is read as an edit of that field is; what a side says is kept as it is."""

from datetime import date
from typing import Any

import pytest

from tresen.application.ports.unit_of_work import UnitOfWork
from tresen.application.sync.conflicts.resolve_conflict import ConflictChoice
from tresen.application.sync.records.kinds import LEAD, MEMBER, MEMBERSHIP
from tresen.domain.leads.stage import Stage
from tresen.domain.shared.contact import EmailAddress, PhoneNumber
from tresen.domain.shared.errors import InvalidValue
from tresen.domain.shared.ids import ConflictId
from tresen.domain.sync.conflict import Choice
from tresen.domain.sync.schema import Value

from ..studio import A_MINUTE, Studio
from .scene import edit_lead, open_conflicts, pushes, set_policy

MAIL = EmailAddress("ours@example.org")
PHONE = PhoneNumber("030 654321", "+4930654321")
BORN = date(1990, 1, 2)


async def asked_about(studio: Studio, kind: str, field: str, theirs: Value, ours: Any) -> ConflictId:
    """One field of a record is in conflict, ``theirs`` and ``ours``."""
    await set_policy(studio, kind, default="ask")
    key = studio.enrol() if kind == MEMBER else studio.attract()
    sync = studio.members_synced if kind == MEMBER else studio.leads_synced
    await sync()
    if kind == MEMBER:
        await studio.edit_member(key, **{field: ours})
        studio.books.members.edit(key, {field: theirs})
    else:
        await edit_lead(studio, key, **{"stage" if field == "status" else field: ours})
        studio.books.leads.edit(key, {field: theirs})
    studio.clock.advance(A_MINUTE)
    await sync()
    (conflict,) = open_conflicts(studio)
    assert conflict.field == field
    return conflict.id


def typed(studio: Studio, conflict_id: ConflictId, value: Value) -> ConflictChoice:
    return ConflictChoice(
        tenant_id=studio.tenant.id, conflict_id=conflict_id, choice=Choice.VALUE, value=value, by="Eva"
    )


@pytest.mark.parametrize(
    ("kind", "field", "sides", "value", "told"),
    [
        (MEMBER, "email", ("t@example.org", MAIL), "not an address", "'not an address' is no e-mail address"),
        (LEAD, "email", ("t@example.org", MAIL), "zzz", "'zzz' is no e-mail address"),
        (MEMBER, "phone", ("030 111111", PHONE), "zzz", "'zzz' is no phone number"),
        (LEAD, "phone", ("030 111111", PHONE), "zzz", "'zzz' is no phone number"),
        (MEMBER, "born_on", ("1991-01-01", BORN), "soon", "born_on should be a date such as 2026-05-31, not 'soon'"),
        (MEMBER, "born_on", ("1991-01-01", BORN), "2999-01-01", "nobody was born after today, on 2999-01-01"),
        (MEMBER, "email_opt_in", (True, False), "perhaps", "email_opt_in should be true or false, not 'perhaps'"),
        (MEMBER, "city", ("Bonn", "Köln"), "a" * 201, "city must have at most 200 characters"),
        (MEMBER, "city", ("Bonn", "Köln"), "Bo\x1bnn", "city must be a text without control characters"),
        (MEMBER, "city", ("Bonn", "Köln"), 7, "city should be text, not 7"),
        (LEAD, "message", ("a", "b"), "a" * 5_001, "message must have at most 5000 characters"),
        (LEAD, "notes", ("a", "b"), "a" * 5_001, "notes must have at most 5000 characters"),
        (LEAD, "status", ("lost", Stage.CONTACTED), "a\nb", "status must be a text without control characters"),
        (LEAD, "source", ("a", "b"), "two\nlines", "source must be a text without control characters"),
    ],
)
async def test_what_no_edit_takes_is_refused_and_changes_nothing(
    studio: Studio, kind: str, field: str, sides: tuple[Value, Any], value: Value, told: str
) -> None:
    conflict_id = await asked_about(studio, kind, field, *sides)
    before = studio.rows()
    with pytest.raises(InvalidValue) as refused:
        await studio.desk.resolve(typed(studio, conflict_id, value))
    assert (refused.value.message, refused.value.details["field"]) == (told, "value")
    assert studio.rows() == before


async def test_the_last_name_that_is_left_is_not_emptied(studio: Studio) -> None:
    ada = studio.enrol(first_name="", email="ada@example.org")
    await set_policy(studio, MEMBER, default="ask")
    await studio.members_synced()
    await studio.edit_member(ada, last_name="Ours")
    studio.books.members.edit(ada, {"last_name": "Theirs"})
    await studio.members_synced()
    (conflict,) = open_conflicts(studio)
    with pytest.raises(InvalidValue, match="without any name"):
        await studio.desk.resolve(typed(studio, conflict.id, None))
    assert studio.member(ada).last_name == "Ours"


@pytest.mark.parametrize(("value", "kept"), [("Year\x1b", None), ("a" * 201, None), (" Year ", "Year")])
async def test_a_text_of_a_membership_is_a_line(studio: Studio, value: str, kept: str | None) -> None:
    await set_policy(studio, MEMBERSHIP, default="ask")
    sold = studio.sell_there(studio.enrol(), name="Month")
    await studio.members_synced()
    (membership,) = studio.memberships()

    async def edit(uow: UnitOfWork) -> None:
        stored = await uow.memberships.get(membership.id)
        stored.name = "Ours"
        await uow.memberships.save(stored)

    await studio.transactions.run(studio.tenant.id, "edit", edit)
    studio.books.memberships.edit(sold, {"name": "Theirs"})
    await studio.members_synced()
    (conflict,) = open_conflicts(studio)
    choice = typed(studio, conflict.id, value)
    if kept is None:
        with pytest.raises(InvalidValue, match=r"^name must"):
            await studio.desk.resolve(choice)
    else:
        await studio.desk.resolve(choice)
    (membership,) = studio.memberships()
    assert membership.name == (kept or "Ours")


@pytest.mark.parametrize(
    ("field", "sides", "value", "kept"),
    [
        ("email", ("t@example.org", MAIL), " third@example.org ", "third@example.org"),
        ("email", ("t@example.org", MAIL), "  ", None),
        ("phone", ("030 111111", PHONE), " 030 222222 ", "030 222222"),
        ("born_on", ("1991-01-01", BORN), "19920303", "1992-03-03"),
        ("city", ("Bonn", "Köln"), " Trier ", "Trier"),
        ("email_opt_in", (True, False), None, None),
    ],
)
async def test_what_an_edit_takes_is_kept_as_an_edit_keeps_it(
    studio: Studio, field: str, sides: tuple[Value, Any], value: Value, kept: Value
) -> None:
    conflict_id = await asked_about(studio, MEMBER, field, *sides)
    await studio.desk.resolve(typed(studio, conflict_id, value))
    asked = [push.values for push in pushes(studio)] + [task.details for task in await studio.tasks()]
    assert [each[field] for each in asked] == [kept]


@pytest.mark.parametrize(
    ("field", "theirs", "ours"),
    [
        ("email", "not an address", MAIL),
        ("email", "t@example.org", EmailAddress("not an address")),
        ("phone", "ask at the desk", PHONE),
    ],
)
@pytest.mark.parametrize("choice", [Choice.THEIRS, Choice.OURS])
async def test_the_free_spelling_of_a_side_may_be_taken(
    studio: Studio, choice: Choice, field: str, theirs: str, ours: EmailAddress | PhoneNumber
) -> None:
    conflict_id = await asked_about(studio, MEMBER, field, theirs, ours)
    await studio.desk.resolve(
        ConflictChoice(tenant_id=studio.tenant.id, conflict_id=conflict_id, choice=choice, by="Eva")
    )
    (member,) = studio.members()
    assert getattr(member, field).raw == (theirs if choice is Choice.THEIRS else ours.raw)
