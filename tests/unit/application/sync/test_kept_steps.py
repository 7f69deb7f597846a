"""Steps of plans are kept for a while, so that nobody's database grows for ever."""

import pytest

from tresen.application.sync.deciding.plan_writer import KEPT
from tresen.domain.shared.errors import NotFound
from tresen.domain.sync.run import Run

from ..studio import Studio


async def edited_run(studio: Studio, member: str, number: int) -> Run:
    studio.books.members.edit(member, {"city": f"Ulm {number}"})
    return await studio.members_synced()


async def test_of_old_plans_only_the_head_is_kept(studio: Studio) -> None:
    ada = studio.enrol()
    await studio.members_synced()
    first, second, *_ = [await edited_run(studio, ada, number) for number in range(KEPT + 1)]
    report = await studio.desk.what_if(studio.tenant.id, {"member": {"default": "ours"}}, run_id=second.id)
    assert report.different == 1
    with pytest.raises(NotFound, match="steps of plan"):
        await studio.desk.what_if(studio.tenant.id, {}, run_id=first.id)
    assert first.plan_id is not None
    old = first.plan_id
    kept = await studio.read(lambda uow: uow.plans.get(old))
    assert kept.parts[0].actions == {"merge": 1}
    shown = await studio.desk.show_plan(studio.tenant.id, old)
    assert (shown.steps, shown.count, shown.are_kept) == ((), 0, False)
    assert second.plan_id is not None
    beyond = await studio.desk.show_plan(studio.tenant.id, second.plan_id, offset=7)
    assert (beyond.steps, beyond.count, beyond.are_kept) == ((), 1, True)
    head = await studio.desk.show_plan(studio.tenant.id, second.plan_id, limit=0)
    assert (head.count, head.are_kept) == (1, True)
