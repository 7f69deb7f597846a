"""Messages of the inside in the words of the page."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from tresen.domain.staff.task import TaskReason
from tresen.entrypoints.web.speech import reason_in_words, spoken, with_code


def in_berlin(moment: datetime) -> str:
    return moment.astimezone(ZoneInfo("Europe/Berlin")).strftime("%H:%M")


@pytest.mark.parametrize(
    "stamp",
    [
        "2026-07-01T12:30:00Z",
        "2026-07-01T12:30:00+00:00",
        "2026-07-01T12:30:00.123456+00:00",
        "2026-07-01 12:30 UTC",
        "2026-07-01T14:30:00+02:00",
    ],
)
def test_instants_are_told_in_the_tenants_zone(stamp: str) -> None:
    said = str(spoken(f"closed <until> {stamp}, sorry", in_berlin))
    assert said.startswith("closed &lt;until&gt; <time datetime=")
    assert said.endswith(">14:30</time>, sorry")


@pytest.mark.parametrize("text", ["2026-07-01", "2026-07-01T12:30:00", "no 12:30 here", "2026-99-99T12:30:00Z"])
def test_what_is_no_instant_stays(text: str) -> None:
    assert str(spoken(text, in_berlin)) == text


def test_every_reason_for_a_task_has_its_words() -> None:
    assert "A person must do this." not in {reason_in_words(reason.value) for reason in TaskReason}


def test_backticks_become_code_and_markup_stays_text() -> None:
    assert str(with_code("see `a<b>` <i>")) == "see <code>a&lt;b&gt;</code> &lt;i&gt;"


def test_what_was_never_seen_to_work_is_not_told_as_what_cannot_be_done() -> None:
    assert reason_in_words("unsupported") == (
        "The provider's interface cannot do this, or was never seen to, so a person must."
    )
