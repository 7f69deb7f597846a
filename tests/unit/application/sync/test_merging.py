"""Both sides edit: the law decides, the journal holds what was overwritten, and then there is rest (W23–W26, D27)."""

from datetime import timedelta

import pytest

from tresen.application.sync.records.kinds import MEMBERSHIP
from tresen.domain.membership.status import Status
from tresen.domain.shared.contact import EmailAddress, PhoneNumber
from tresen.domain.shared.errors import StorageConflict
from tresen.domain.sync.journal import LOCAL_EDIT
from tresen.domain.sync.laws import Law
from tresen.domain.sync.run import Counts
from tresen.domain.sync.schema import Value
from tresen.domain.sync.side import Side

from ..stirring import calm, stir
from ..studio import A_MINUTE, BOOKS, Studio

Line = tuple[str, Value, Value, Value, Side, str]


def journal(studio: Studio) -> list[Line]:
    """Field, base, ours, theirs, side, rule; oldest first. What people edited here is told elsewhere: test_versions."""
    lines = (line for line in studio.changes() if line.rule != LOCAL_EDIT)
    return [(c.field, c.base, c.ours, c.theirs, c.side, c.rule) for c in lines]


async def synced(law: Law, **laws: Law) -> tuple[Studio, str]:
    """Nothing is written at the provider: that is for ``test_two_way``."""
    studio = Studio(default=law, laws=laws)
    studio.change_account(writes_enabled=False)
    ada = studio.enrol()
    await studio.members_synced()
    return studio, ada


def edit_there(studio: Studio, member: str, **values: Value) -> None:
    studio.clock.advance(A_MINUTE)
    studio.books.members.edit(member, values)


async def rests(studio: Studio) -> None:
    """A further sync writes nothing."""
    before = studio.rows(without=BOOKS)
    run = await studio.members_synced()
    assert (run.counts.created, run.counts.updated, run.counts.errors) == (0, 0, 0)
    assert studio.rows(without=BOOKS) == before


async def test_theirs_an_edit_there_is_taken() -> None:
    studio, ada = await synced(Law.THEIRS)
    edit_there(studio, ada, last_name="King")
    assert (await studio.members_synced()).counts == Counts(updated=1)
    assert studio.member(ada).last_name == "King"
    assert journal(studio) == [("last_name", "Byron", "Byron", "King", Side.THEIRS, "only_theirs_changed")]
    await rests(studio)


async def test_theirs_an_edit_here_is_overwritten_and_journalled_once() -> None:
    studio, ada = await synced(Law.THEIRS)
    await studio.edit_member(ada, last_name="King")
    assert (await studio.members_synced()).counts == Counts(updated=1)
    assert studio.member(ada).last_name == "Byron"
    assert journal(studio) == [("last_name", "Byron", "King", "Byron", Side.THEIRS, "theirs")]
    await rests(studio)


async def test_theirs_both_edited_theirs_stands_and_ours_is_journalled() -> None:
    studio, ada = await synced(Law.THEIRS)
    edit_there(studio, ada, last_name="King")
    await studio.edit_member(ada, last_name="Koenig")
    await studio.members_synced()
    assert studio.member(ada).last_name == "King"
    assert journal(studio) == [("last_name", "Byron", "Koenig", "King", Side.THEIRS, "theirs")]
    await rests(studio)


async def test_both_made_the_same_edit_and_nothing_is_to_be_settled() -> None:
    studio, ada = await synced(Law.THEIRS)
    edit_there(studio, ada, last_name="King")
    await studio.edit_member(ada, last_name="King")
    assert (await studio.members_synced()).counts == Counts(unchanged=1)
    assert journal(studio) == []
    await rests(studio)


async def test_the_journal_names_run_record_and_reason() -> None:
    studio, ada = await synced(Law.THEIRS)
    await studio.edit_member(ada, last_name="King")
    run = await studio.members_synced()
    (change,) = studio.changes()
    assert (change.run_id, change.kind, change.external_id) == (run.id, "member", ada)
    assert (change.local_id, change.at) == (studio.member(ada).id, studio.clock.now())
    assert change.reason == "the provider owns this field; the local edit is journalled"


async def test_ours_an_edit_here_stays_without_a_line() -> None:
    studio, ada = await synced(Law.OURS)
    await studio.edit_member(ada, last_name="King")
    assert (await studio.members_synced()).counts == Counts(unchanged=1)
    assert studio.member(ada).last_name == "King"
    assert journal(studio) == []
    await rests(studio)


async def test_ours_an_edit_there_is_passed_over_and_journalled_once() -> None:
    studio, ada = await synced(Law.OURS)
    edit_there(studio, ada, last_name="King")
    await studio.members_synced()
    assert studio.member(ada).last_name == "Byron"
    assert journal(studio) == [("last_name", "Byron", "Byron", "King", Side.OURS, "ours")]
    await rests(studio)


async def test_ours_both_edited_ours_stands_and_theirs_is_journalled_once() -> None:
    studio, ada = await synced(Law.OURS)
    edit_there(studio, ada, last_name="King")
    await studio.edit_member(ada, last_name="Koenig")
    await studio.members_synced()
    assert studio.member(ada).last_name == "Koenig"
    assert journal(studio) == [("last_name", "Byron", "Koenig", "King", Side.OURS, "ours")]
    await rests(studio)


async def test_newest_an_edit_of_one_side_is_taken_whatever_its_age() -> None:
    studio, ada = await synced(Law.NEWEST)
    edit_there(studio, ada, last_name="King")
    await studio.members_synced()
    assert studio.member(ada).last_name == "King"
    await studio.edit_member(ada, last_name="Koenig")
    await studio.members_synced()
    assert studio.member(ada).last_name == "Koenig"
    await rests(studio)


async def test_newest_the_later_edit_there_wins() -> None:
    studio, ada = await synced(Law.NEWEST)
    await studio.edit_member(ada, last_name="Koenig")
    edit_there(studio, ada, last_name="King")
    await studio.members_synced()
    assert studio.member(ada).last_name == "King"
    assert journal(studio) == [("last_name", "Byron", "Koenig", "King", Side.THEIRS, "newest")]
    await rests(studio)


async def test_newest_the_later_edit_here_wins() -> None:
    studio, ada = await synced(Law.NEWEST)
    edit_there(studio, ada, last_name="King")
    await studio.edit_member(ada, last_name="Koenig")
    await studio.members_synced()
    assert studio.member(ada).last_name == "Koenig"
    assert journal(studio) == [("last_name", "Byron", "Koenig", "King", Side.OURS, "newest")]
    await rests(studio)


async def test_newest_a_tie_goes_to_the_greater_value() -> None:
    studio, ada = await synced(Law.NEWEST)
    await studio.edit_member(ada, last_name="Aaa", first_name="Zzz")
    studio.books.members.edit(ada, {"last_name": "Bbb", "first_name": "Yyy"})
    await studio.members_synced()
    assert (studio.member(ada).last_name, studio.member(ada).first_name) == ("Bbb", "Zzz")
    await rests(studio)


@pytest.mark.parametrize("law", [Law.OURS, Law.NEWEST])
async def test_edits_of_different_fields_are_both_kept(law: Law) -> None:
    studio, ada = await synced(law, first_name=Law.THEIRS)
    edit_there(studio, ada, first_name="Adah")
    await studio.edit_member(ada, last_name="King")
    await studio.members_synced()
    assert (studio.member(ada).first_name, studio.member(ada).last_name) == ("Adah", "King")
    assert [line[0] for line in journal(studio)] == ["first_name"]
    await rests(studio)


async def test_each_field_has_its_own_law() -> None:
    studio, ada = await synced(Law.THEIRS, email=Law.OURS)
    edit_there(studio, ada, email="there@example.org", phone="030 777")
    await studio.edit_member(ada, email=EmailAddress("here@example.org"), phone=PhoneNumber("030 888"))
    await studio.members_synced()
    member = studio.member(ada)
    assert (str(member.email), member.phone and member.phone.raw) == ("here@example.org", "030 777")
    await rests(studio)


async def test_a_local_respelling_is_no_edit() -> None:
    studio, ada = await synced(Law.THEIRS)
    await studio.edit_member(ada, email=EmailAddress("ADA@example.org"), phone=PhoneNumber("+49 30 123456", None))
    assert (await studio.members_synced()).counts == Counts(unchanged=1)
    assert str(studio.member(ada).email) == "ADA@example.org"
    assert journal(studio) == []
    await rests(studio)


async def test_a_value_cleared_here_comes_back_under_theirs_and_stays_away_under_ours() -> None:
    for law, phone in ((Law.THEIRS, "030 123456"), (Law.OURS, None)):
        studio, ada = await synced(law)
        await studio.edit_member(ada, phone=None)
        await studio.members_synced()
        stored = studio.member(ada).phone
        assert (stored.raw if stored else None) == phone
        await rests(studio)


async def test_a_state_that_only_we_know_is_overwritten_by_their_word() -> None:
    studio, ada = await synced(Law.THEIRS)
    await studio.edit_member(ada, status=Status.PAUSED)
    edit_there(studio, ada, status="Frozen")
    await studio.members_synced()
    assert (studio.member(ada).status, studio.member(ada).status_text) == (Status.UNKNOWN, "Frozen")
    assert journal(studio) == [("status", "active", "paused", "Frozen", Side.THEIRS, "theirs")]
    await rests(studio)


async def test_after_an_edit_was_passed_over_the_next_one_there_is_seen() -> None:
    studio, ada = await synced(Law.NEWEST)
    edit_there(studio, ada, last_name="King")
    await studio.edit_member(ada, last_name="Koenig")
    await studio.members_synced()
    edit_there(studio, ada, last_name="Kaiser")
    await studio.members_synced()
    assert studio.member(ada).last_name == "Kaiser"
    assert journal(studio)[-1][1:4] == ("King", "Koenig", "Kaiser")
    await rests(studio)


# -- somebody saves a member in the middle of a batch ---------------------------------------------------------------


@pytest.mark.parametrize(("law", "last_name"), [(Law.THEIRS, "Byron"), (Law.OURS, "King"), (Law.NEWEST, "King")])
async def test_a_record_that_was_overtaken_is_decided_again_by_the_next_run(law: Law, last_name: str) -> None:
    studio, ada = await synced(law, first_name=Law.THEIRS)
    bob = studio.enrol("Bob")
    edit_there(studio, ada, first_name="Adah")

    edits = 0

    async def somebody() -> None:
        nonlocal edits
        edits += 1
        await studio.edit_member(ada, last_name="King")

    studio.units.user_edits = somebody
    run = await studio.members_synced()
    assert edits == 1, "it came in between"
    assert run.counts == Counts(created=1)
    assert (studio.member(ada).first_name, studio.member(ada).last_name) == ("Ada", "King"), "nothing is overwritten"
    assert (await studio.members_synced()).counts == Counts(updated=1, unchanged=1)
    assert len(studio.members()) == 2
    assert studio.member(bob).first_name == "Bob"
    assert (studio.member(ada).first_name, studio.member(ada).last_name) == ("Adah", last_name)
    if law is Law.THEIRS:
        assert ("last_name", "Byron", "King", "Byron", Side.THEIRS, "theirs") in journal(studio)
    assert [line[0] for line in journal(studio)].count("first_name") == 1
    await rests(studio)


async def test_an_edit_after_its_batch_is_seen_by_the_next_run() -> None:
    studio, ada = await synced(Law.THEIRS)
    stir(studio.gym, MEMBERSHIP, lambda: studio.edit_member(ada, last_name="King"))
    await studio.members_synced()
    assert studio.member(ada).last_name == "King"
    calm(studio.gym)
    await studio.members_synced()
    assert studio.member(ada).last_name == "Byron"
    assert [line[2] for line in journal(studio)] == ["King"]
    await rests(studio)


async def test_a_collision_journals_nothing_twice() -> None:
    studio, ada = await synced(Law.THEIRS)
    await studio.edit_member(ada, last_name="King")

    def collide(kind: str, counts: Counts) -> None:
        if kind == "member" and not counts.seen:
            studio.units.commits_fail.extend([StorageConflict("busy")] * 2)

    run = await studio.members_synced(progress=collide)
    assert run.counts == Counts(updated=1)
    assert len(journal(studio)) == 1
    await rests(studio)


async def test_updated_at_tells_when_a_sync_wrote() -> None:
    studio, ada = await synced(Law.THEIRS)
    made = studio.member(ada).created_at
    edit_there(studio, ada, last_name="King")
    studio.clock.advance(timedelta(hours=3))
    await studio.members_synced()
    member = studio.member(ada)
    assert (member.created_at, member.updated_at) == (made, studio.clock.now())
