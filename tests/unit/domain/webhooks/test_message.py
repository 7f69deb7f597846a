"""A message: when it is tried again, and how it ends."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.builders import IDS, NOON
from tests.outgoing import a_message, an_attempt, an_endpoint

from tresen.domain.shared.errors import IllegalTransition, InvalidValue
from tresen.domain.shared.ids import TenantId
from tresen.domain.webhooks.message import (
    EXCERPT_MAX,
    TRANSITIONS,
    Message,
    MessageState,
    cleaned_excerpt,
    read_webhook_id,
)


def message() -> Message:
    return a_message(an_endpoint(TenantId(IDS.new())))


@pytest.mark.parametrize("status", [200, 204, 299])
def test_only_2xx_is_delivered(status: int) -> None:
    one = message()
    one.note(an_attempt(one, status=status), again_in_s=5)
    assert (one.state, one.next_at, one.done_at, one.failures) == (MessageState.DELIVERED, None, NOON, 0)


@pytest.mark.parametrize("status", [None, 199, 300, 301, 400, 404, 429, 500])
def test_everything_else_is_tried_again(status: int | None) -> None:
    one = message()
    one.note(an_attempt(one, status=status), again_in_s=5)
    assert (one.state, one.next_at, one.failures) == (MessageState.PENDING, NOON + timedelta(seconds=5), 1)


@pytest.mark.parametrize(("status", "again_in_s"), [(500, None), (None, None), (410, 5.0)])
def test_the_last_try_and_410_are_the_end(status: int | None, again_in_s: float | None) -> None:
    one = message()
    one.note(an_attempt(one, status=status), again_in_s=again_in_s)
    assert (one.state, one.next_at, one.done_at) == (MessageState.FAILED, None, NOON)


def test_a_try_of_what_is_not_pending_changes_nothing() -> None:
    one = message()
    one.cancel(now=NOON)
    with pytest.raises(IllegalTransition):
        one.note(an_attempt(one, status=500), again_in_s=5)
    assert (one.state, one.next_at, one.failures) == (MessageState.CANCELLED, None, 0)


def test_a_replay_starts_anew_with_the_same_id_and_bytes() -> None:
    one = message()
    before = (one.webhook_id, one.body)
    one.note(an_attempt(one, status=410), again_in_s=None)
    one.replay(now=NOON)
    assert (one.webhook_id, one.body) == before
    assert (one.round, one.failures, one.next_at, one.done_at) == (2, 0, NOON, None)
    assert one.awaits(2)
    assert not one.awaits(1)
    with pytest.raises(IllegalTransition):
        one.replay(now=NOON)


@pytest.mark.parametrize("state", MessageState)
def test_the_table_is_obeyed(state: MessageState) -> None:
    steps: dict[MessageState, Callable[[Message], object]] = {
        MessageState.PENDING: lambda one: one.replay(now=NOON),
        MessageState.DELIVERED: lambda one: one.note(an_attempt(one, status=200), again_in_s=None),
        MessageState.FAILED: lambda one: one.note(an_attempt(one, status=410), again_in_s=None),
        MessageState.CANCELLED: lambda one: one.cancel(now=NOON),
    }
    for target, step in steps.items():
        one = message()
        one.state = state
        if target in TRANSITIONS[state]:
            step(one)
            assert one.state is target
        else:
            with pytest.raises(IllegalTransition):
                step(one)
            assert one.state is state


def test_ids_are_read_back_and_hold_no_full_stop() -> None:
    one = message()
    assert read_webhook_id(one.webhook_id) == read_webhook_id(str(one.id)) == one.id
    assert one.webhook_id.startswith("msg_")
    assert "." not in one.webhook_id
    for wrong in ("", "msg_", "msg_1", "x" * 99):
        with pytest.raises(InvalidValue):
            read_webhook_id(wrong)


@given(st.text(max_size=3000))
def test_an_excerpt_is_one_short_printable_line(text: str) -> None:
    excerpt = cleaned_excerpt(text)
    assert len(excerpt) <= EXCERPT_MAX
    assert excerpt.isprintable()
    assert excerpt == excerpt.strip()


def test_an_excerpt_keeps_the_words() -> None:
    assert cleaned_excerpt("  <b>No\r\n\x1b[31m such\ttenant</b>") == "<b>No [31m such tenant</b>"
