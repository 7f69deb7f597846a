"""Sources are written by others: whatever one of their records is, it is an error of that record."""

from collections.abc import AsyncIterator, Callable
from datetime import datetime
from typing import Any

import attrs
import pytest

from tresen.application.ports.sources import Batch, Observed, Reading, Source
from tresen.domain.shared.errors import GatewayUnavailable, GatewayUnsupported
from tresen.domain.sync.run import RunState, SyncError

from ..studio import Studio

GOOD = {"first_name": "Good", "last_name": "One", "email": "good@example.org", "status": "new"}


@attrs.define
class Strange(Source):
    """Shows and tells what it was given."""

    shown: list[Any] = attrs.field(factory=list)
    gone: list[Any] = attrs.field(factory=list)
    cursor: Any = "c"
    kind: str = "lead"
    writable: frozenset[str] = frozenset()
    can_create: bool = False
    can_delete: bool = False
    tells_changes: bool = True
    resolution_s: int = 1

    async def listing(self) -> AsyncIterator[Batch]:
        yield Batch(observed=self.shown, gone=self.gone, cursor=self.cursor)

    async def changes(self, cursor: str) -> AsyncIterator[Batch]:
        yield Batch(observed=self.shown, gone=self.gone, cursor=self.cursor)

    async def get(self, external_id: str) -> Observed | None:
        return next((one for one in self.shown if one.external_id == external_id), None)

    async def push(self, external_id: str, values: Any) -> Observed:
        raise GatewayUnsupported("this source is only read")

    async def create(self, values: Any) -> Observed:
        raise GatewayUnsupported("this source is only read")

    async def delete(self, external_id: str) -> None:
        raise GatewayUnsupported("this source is only read")


def observed(
    key: Any = "7", values: Any = None, at: Any = None, fingerprint: Any = b"f", read: Callable[[], Any] | None = None
) -> Observed:
    return Observed(key, fingerprint, read or (lambda: Reading(values or GOOD, at)))


def stumbles() -> Any:
    raise ValueError("half\ud800 a pair and a \0")


@pytest.fixture
def strange(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> Strange:
    source = Strange()
    monkeypatch.setattr(type(studio.gym), "source", lambda *_: source)
    return source


async def told(studio: Studio) -> list[SyncError]:
    return list(reversed(await studio.read(lambda uow: uow.runs.recent_errors(9))))


BAD: dict[str, tuple[Observed, str | None, str]] = {
    "read raises": (observed(read=stumbles), "7", "could not read it: ValueError: half"),
    "no reading": (observed(read=lambda: GOOD), "7", "no Reading, but a dict"),
    "id a number": (observed(7), None, "its id is a text, not a int"),
    "no id": (observed(None), None, "its id is a text, not a NoneType"),
    "values no mapping": (observed(values=["first_name"]), "7", "a mapping, not a list"),
    "a key no text": (observed(values={**GOOD, 7: "x"}), "7", "the name of a field is a text, not 7"),
    "a key not kept": (observed(values={**GOOD, "a\0": "x"}), "7", "the name of a field has a NUL"),
    "edited at a text": (observed(at="2026-01-01"), "7", "edited_at is an instant"),
    "edited at no zone": (observed(at=datetime(2026, 1, 1)), "7", "edited_at is an instant"),  # noqa: DTZ001
    "fingerprint a text": (observed(fingerprint="f"), "7", "its fingerprint is bytes, not a str"),
}


@pytest.mark.parametrize("first_load", [True, False])
@pytest.mark.parametrize("name", BAD)
async def test_a_strange_record_is_an_error_of_its_own(
    studio: Studio, strange: Strange, name: str, first_load: bool
) -> None:
    bad, key, words = BAD[name]
    strange.shown = [observed("1")]
    if not first_load:
        await studio.leads_synced()
    strange.shown = [observed("1"), bad, observed("2", values={**GOOD, "email": "b@example.org"})]
    run = await studio.leads_synced(whole=True)
    assert (run.state, run.counts.errors) == (RunState.COMPLETED, 1)
    assert {studio.knows("lead", "1"), studio.knows("lead", "2")} == {True}
    assert len(studio.leads()) == 2
    (error,) = await told(studio)
    assert (error.external_id, words in error.message) == (key, True), error.message
    error.message.encode()
    assert "\0" not in error.message


@pytest.mark.parametrize("first_load", [True, False])
@pytest.mark.parametrize("bad", [None, 7])
async def test_so_is_a_tombstone_that_names_nobody(
    studio: Studio, strange: Strange, bad: Any, first_load: bool
) -> None:
    strange.shown = [observed("1")]
    if not first_load:
        await studio.leads_synced()
    strange.gone = [bad]
    run = await studio.leads_synced()
    assert (run.state, run.counts.errors, len(studio.leads())) == (RunState.COMPLETED, 1, 1)
    (error,) = await told(studio)
    assert (error.external_id, "its id is a text" in error.message) == (None, True)


@pytest.mark.parametrize("first_load", [True, False])
@pytest.mark.parametrize(
    "bad", [{"cursor": "\ud800"}, {"cursor": 7}, {"gone": [["1"]]}, {"shown": [observed({"id": 1})]}], ids=repr
)
async def test_a_batch_that_cannot_be_used_fails_the_run_in_words(
    studio: Studio, strange: Strange, bad: dict[str, Any], first_load: bool
) -> None:
    strange.shown = [observed("1")]
    if not first_load:
        await studio.leads_synced()
    for name, value in bad.items():
        setattr(strange, name, value)
    run = await studio.leads_synced()
    assert (run.state, len(studio.leads())) == (RunState.FAILED, 0 if first_load else 1)
    error = (await told(studio))[-1]
    assert (error.code, "the source of leads gives a batch that cannot be used" in error.message) == (
        GatewayUnavailable.code,
        True,
    )
    error.message.encode()
