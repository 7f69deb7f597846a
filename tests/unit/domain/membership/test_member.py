"""Members: their names, and words for their state."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tresen.domain.membership.member import Member, read_status
from tresen.domain.membership.package import Package
from tresen.domain.membership.status import Status
from tresen.domain.shared.ids import MemberId, TenantId

NOW = datetime(2026, 5, 4, 9, tzinfo=UTC)


def member(first: str = "Anna", last: str = "Arndt") -> Member:
    return Member(
        id=MemberId(UUID(int=1)),
        tenant_id=TenantId(UUID(int=2)),
        first_name=first,
        last_name=last,
        created_at=NOW,
        updated_at=NOW,
    )


@pytest.mark.parametrize("status", [s for s in Status if s is not Status.UNKNOWN])
def test_our_own_words_are_read(status: Status) -> None:
    assert read_status(status.value) == (status, None)


@given(st.text(max_size=12).filter(lambda word: word not in {s.value for s in Status}))
def test_any_other_word_is_kept_and_not_guessed(word: str) -> None:
    assert read_status(word) == (Status.UNKNOWN, word)


@pytest.mark.parametrize("word", ["unknown", "Active", " active", ""])
def test_nearly_our_words_are_not_our_words(word: str) -> None:
    assert read_status(word) == (Status.UNKNOWN, word)


def test_no_word_is_unknown_without_a_text() -> None:
    assert read_status(None) == (Status.UNKNOWN, None)


@pytest.mark.parametrize(
    ("first", "last", "name"),
    [("Anna", "Arndt", "Anna Arndt"), ("Anna", "", "Anna"), ("", "Arndt", "Arndt"), ("", "", "")],
)
def test_a_name_is_what_there_is_of_it(first: str, last: str, name: str) -> None:
    assert member(first, last).name == name


def test_nothing_is_assumed_about_a_new_member() -> None:
    found = member()
    assert found.status is Status.UNKNOWN
    assert (found.email_opt_in, found.sms_opt_in, found.joined_on, found.version) == (None, None, None, 0)
    assert found.drain() == ()


def test_a_package_without_a_price_is_not_free() -> None:
    assert Package(id="7", name="Monthly").price is None
