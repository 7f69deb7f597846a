"""A task says every value as text, and a sync sees by that text whether it is so at the provider."""

from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tresen.application.sync.deciding.asked_there import wishes_of
from tresen.application.sync.records.kinds import schemas_of
from tresen.application.sync.records.task_at_provider import edit_task
from tresen.application.sync.undo.undo_plan import UndoTarget
from tresen.domain.shared.contact import PhoneNumber
from tresen.domain.shared.ids import AccountId, TaskId, TenantId
from tresen.domain.staff.task import StaffTask, TaskReason
from tresen.domain.sync.schema import Schema, Value
from tresen.domain.tenancy.provider_account import ProviderAccount

from ..membership.test_changes import sold_here
from ..studio import A_MINUTE, Studio
from .test_undone_there_by_hand import open_tasks

KEY = UUID(int=1)
NOW = datetime(2026, 3, 2, tzinfo=UTC)
FLAGS = {"email_opt_in", "sms_opt_in", "flagged_active", "deleted", "on_hold", "auto_renew"}
DAYS = {"joined_on", "born_on", "starts_on", "ends_on", "cancels_on"}
ACCOUNT = ProviderAccount(
    id=AccountId(KEY), tenant_id=TenantId(KEY), provider="memory", name="main", base_url="", created_at=NOW
)

FIELDS = [(schema, name) for schema in schemas_of(PhoneNumber).values() for name in schema.names]
IDS = [f"{schema.kind}.{name}" for schema, name in FIELDS]


def values_of(name: str) -> st.SearchStrategy[Value]:
    """All that a field may hold; texts that look like something else, too."""
    if name in FLAGS:
        return st.sampled_from([True, False, None])
    if name in DAYS:
        return st.none() | st.dates(date(1900, 1, 1)).map(date.isoformat)
    prices = st.decimals(0, 1000, places=2).map(lambda amount: f"{amount} EUR")
    looks_like_another = st.sampled_from(["True", "False", "None", "true", "0", "1", "", " ", "39", "39.00"])
    return st.none() | (prices if name == "price" else looks_like_another | st.text(max_size=4))


def task(schema: Schema, name: str, value: Value) -> StaffTask:
    return edit_task(
        id=TaskId(KEY),
        tenant_id=ACCOUNT.tenant_id,
        account=ACCOUNT,
        record=(schema.kind, "1001", KEY),
        name="Ada",
        values={name: value},
        reason=TaskReason.UNSUPPORTED,
        why="somebody undid it",
        now=NOW,
    )


@pytest.mark.parametrize(("schema", "name"), FIELDS, ids=IDS)
@given(data=st.data())
def test_it_is_so_where_the_provider_shows_the_same_and_only_there(
    schema: Schema, name: str, data: st.DataObject
) -> None:
    wanted, shown = data.draw(values_of(name), "wanted"), data.draw(values_of(name), "shown")
    (wish,) = wishes_of(task(schema, name, wanted), schema, (), NOW.date())
    assert wish.is_so({name: wanted})
    assert wish.is_so({name: shown}) is schema.by_name[name].same(wanted, shown)


@pytest.mark.parametrize("flag", ["on_hold", "deleted"])
async def test_a_flag_that_an_undo_takes_down_is_asked_for_until_it_is_down_there(studio: Studio, flag: str) -> None:
    await sold_here(studio)
    studio.books.memberships.edit("1001", {flag: True})
    run = await studio.members_synced()
    studio.clock.advance(A_MINUTE)
    await studio.desk.undo(studio.tenant.id, UndoTarget(run_id=run.id), by="Eva")
    await studio.members_synced()
    (asked,) = await open_tasks(studio)
    assert asked.details[flag] == "False"
    studio.clock.advance(A_MINUTE)
    studio.books.memberships.edit("1001", {flag: False})
    await studio.members_synced()
    assert await open_tasks(studio) == []
