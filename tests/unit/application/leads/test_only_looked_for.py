"""What was sent without an answer, or is asked about, the counter does not send: it only looks."""

import pytest

from tresen.application.leads.convert_lead import Conversion, Converted
from tresen.application.leads.create_lead import CreatedLead
from tresen.application.ports.gym import Operation
from tresen.domain.leads.lead import Lead
from tresen.domain.leads.stage import Stage
from tresen.domain.shared.errors import GatewayError, GatewayRejected, GatewayUnavailable, GatewayUnsupported
from tresen.domain.staff.task import TaskReason
from tresen.domain.sync.conflict import Choice
from tresen.domain.sync.push import PushState

from ..studio import A_MINUTE, AN_HOUR, GOLD, Studio
from ..sync.scene import open_conflicts, pushes
from ..sync.test_decided_pairings import asked, decide
from ..sync.test_editing import lead_edit
from .test_capturing_beside_runs import enter, meanwhile, named, synced, there
from .test_known_here import open_tasks, to_enter

_DOWN = GatewayUnavailable("no answer")
_POLICIES = pytest.mark.parametrize("create_there", [False, True])


@pytest.fixture(autouse=True)
def _on_sale(studio: Studio) -> None:
    studio.books.packages = [GOLD]


async def unanswered(studio: Studio, *, create_there: bool = False, made: bool = True) -> Lead:
    """Ann was sent, and no answer came."""
    await synced(studio, create_there=create_there)
    studio.gym.faults.fail_next("create_lead", _DOWN, after=int(made))
    ann = (await enter(studio, message="first")).lead
    studio.clock.advance(A_MINUTE)
    return ann


async def readdressed(studio: Studio, *, create_there: bool = False) -> Lead:
    """She was made there, and the gym corrected her address."""
    ann = await unanswered(studio, create_there=create_there)
    studio.books.leads.edit("1002", {"email": "ann.new@example.org"})
    studio.clock.advance(A_MINUTE)
    return ann


async def looked_through(studio: Studio) -> None:
    studio.clock.advance(A_MINUTE)
    await studio.leads_synced(whole=True)
    studio.clock.advance(A_MINUTE)


async def converted(studio: Studio, lead: Lead) -> Converted:
    return await studio.convert_lead(
        Conversion(tenant_id=studio.tenant.id, lead_id=lead.id, package="Gold", starts_on=studio.clock.now().date())
    )


def told(studio: Studio, done: Converted | CreatedLead) -> tuple[TaskReason, str]:
    """What the task says; nothing was sold, and nobody is there twice."""
    assert (len(there(studio)), len(named(studio)), len(studio.books.members)) == (1, 1, 0)
    assert len(studio.books.memberships) == 0
    assert done.task is not None
    return done.task.reason, done.task.details["why"] or ""


@_POLICIES
async def test_whom_a_question_is_about_is_not_converted_before_it_is_decided(
    studio: Studio, create_there: bool
) -> None:
    ann = await readdressed(studio, create_there=create_there)
    await looked_through(studio)
    (question,) = open_conflicts(studio)
    for _ in range(2):
        done = await converted(studio, ann)
        reason, why = told(studio, done)
        assert reason is TaskReason.UNDECIDED
        assert f"record 1002 is (question {question.id})" in why
        studio.clock.advance(A_MINUTE)
    assert len([task for task in await open_tasks(studio) if task.operation == Operation.CONVERT_LEAD.value]) == 1
    await decide(studio, asked(studio)["1002"], Choice.OURS, value=str(ann.id))
    await looked_through(studio)
    done = await converted(studio, ann)
    assert (done.task, done.lead.stage, there(studio)) == (None, Stage.CONVERTED, ["1002"])


@_POLICIES
async def test_who_writes_again_while_it_is_asked_is_the_same_lead_and_not_sent(
    studio: Studio, create_there: bool
) -> None:
    ann = await readdressed(studio, create_there=create_there)
    await looked_through(studio)
    (question,) = open_conflicts(studio)
    for again in (await enter(studio, message="second"), await enter(studio, message="third")):
        assert (again.created, again.lead.id) == (False, ann.id)
        reason, why = told(studio, again)
        assert reason is TaskReason.UNDECIDED
        assert str(question.id) in why
    assert len(await to_enter(studio)) == 1
    await looked_through(studio)
    assert [each.id for each in open_conflicts(studio)] == [question.id]
    assert told(studio, again)
    await decide(studio, asked(studio)["1002"], Choice.OURS, value=str(ann.id))
    for _ in range(2):
        await looked_through(studio)
    assert (studio.lead("1002").id, studio.lead("1002").message) == (ann.id, "first\nsecond\nthird")
    assert (there(studio), await to_enter(studio)) == (["1002"], [])


@_POLICIES
async def test_what_was_changed_there_is_not_made_again_before_a_sync_looked(
    studio: Studio, create_there: bool
) -> None:
    ann = await readdressed(studio, create_there=create_there)
    reason, why = told(studio, await converted(studio, ann))
    assert reason is TaskReason.OUTCOME_UNKNOWN
    assert "only once a sync has looked through everything there" in why
    again = await enter(studio, message="second")
    assert (again.created, again.lead.id, told(studio, again)[0]) == (False, ann.id, TaskReason.OUTCOME_UNKNOWN)
    await looked_through(studio)
    assert [each.external_id for each in open_conflicts(studio)] == ["1002"]
    assert told(studio, again)


async def test_who_writes_again_by_an_address_that_was_corrected_here_is_not_sent_either(studio: Studio) -> None:
    ann = await readdressed(studio)
    await studio.desk.edit_lead(lead_edit(studio, ann, email="ann.h@example.org"))
    again = await enter(studio, email="ann.h@example.org")
    assert (again.created, again.lead.id, told(studio, again)[0]) == (False, ann.id, TaskReason.OUTCOME_UNKNOWN)


async def test_what_is_found_as_it_was_sent_is_taken(studio: Studio) -> None:
    ann = await unanswered(studio)
    again = await enter(studio, message="second")
    assert (again.created, again.lead.id, studio.lead("1002").id) == (False, ann.id, ann.id)
    done = await converted(studio, ann)
    assert (done.task, done.lead.stage, there(studio)) == (None, Stage.CONVERTED, ["1002"])


async def test_who_has_the_address_by_now_and_is_called_otherwise_is_not_taken_for_it(studio: Studio) -> None:
    ann = await readdressed(studio)
    studio.attract("Bob", email="ann@example.org")
    assert told(studio, await converted(studio, ann))[0] is TaskReason.OUTCOME_UNKNOWN
    again = await enter(studio)
    assert (again.created, again.lead.id, told(studio, again)[0]) == (False, ann.id, TaskReason.OUTCOME_UNKNOWN)
    await looked_through(studio)
    assert str(ann.id) in asked(studio)["1002"].candidates


async def test_what_nobody_can_read_is_not_taken(studio: Studio) -> None:
    ann = await unanswered(studio)
    studio.books.leads.get("1002").unreadable = True
    assert told(studio, await converted(studio, ann))[0] is TaskReason.OUTCOME_UNKNOWN


async def test_a_look_in_vain_is_no_try(studio: Studio) -> None:
    ann = await unanswered(studio, made=False)
    await converted(studio, ann)
    await enter(studio)
    (push,) = pushes(studio, PushState.UNSURE)
    assert (push.local_id, push.attempts, there(studio)) == (ann.id, 1, [])


@pytest.mark.parametrize("later", [A_MINUTE, AN_HOUR])
async def test_once_a_sync_looked_through_everything_the_counter_makes_it(studio: Studio, later: object) -> None:
    ann = await unanswered(studio, made=False)
    assert (await converted(studio, ann)).task is not None
    studio.clock.advance(later)  # type: ignore[arg-type] # a span
    await looked_through(studio)
    if later == AN_HOUR:
        # Of another run since nobody can tell when the one began that looked.
        await studio.leads_synced()
    done = await converted(studio, ann)
    assert (done.task, done.lead.stage, len(there(studio))) == (None, Stage.CONVERTED, 1)


async def test_a_sync_that_began_before_it_was_sent_does_not_count(studio: Studio) -> None:
    await synced(studio)
    await looked_through(studio)
    studio.gym.faults.fail_next("create_lead", _DOWN, after=1)
    ann = (await enter(studio)).lead
    studio.books.leads.edit("1002", {"email": "ann.new@example.org"})
    assert told(studio, await converted(studio, ann))[0] is TaskReason.OUTCOME_UNKNOWN


@pytest.mark.parametrize("error", [GatewayUnsupported("no search"), _DOWN])
async def test_where_nobody_can_be_looked_for_it_is_sent_as_ever(studio: Studio, error: GatewayError) -> None:
    ann = await unanswered(studio, made=False)
    studio.gym.faults.fail_next("leads.find", error)
    done = await converted(studio, ann)
    assert (done.task is None, len(there(studio))) == ((True, 1) if error is not _DOWN else (False, 0))


async def test_where_nobody_can_be_looked_for_nothing_is_sent_over_a_question(studio: Studio) -> None:
    await readdressed(studio)
    await looked_through(studio)
    studio.gym.faults.fail_next("leads.find", GatewayUnsupported("no search"))
    assert told(studio, await enter(studio))[0] is TaskReason.UNDECIDED


async def test_a_question_that_comes_up_while_it_is_made_is_not_sold_over(studio: Studio) -> None:
    """A sync asks about another record meanwhile."""
    ann = await unanswered(studio, made=False)
    await looked_through(studio)

    async def asked_meanwhile() -> None:
        studio.attract("Ann", last_name="H", email="ann.new@example.org")
        await studio.leads_synced(whole=True)

    meanwhile(studio, asked_meanwhile, first=True)
    done = await converted(studio, ann)
    assert open_conflicts(studio)
    assert done.task is not None
    assert (done.task.reason, len(studio.books.memberships)) == (TaskReason.UNDECIDED, 0)


# -- whose record was seen to be gone, a question that is decided, and looks that are no tries -------------------------


async def lost(studio: Studio) -> Lead:
    """The gym deleted Ann, and no sync has seen that."""
    await synced(studio)
    key = studio.attract("Ann", last_name="H")
    await studio.leads_synced()
    studio.clock.advance(A_MINUTE)
    studio.books.leads.remove(key)
    return studio.lead(key)


async def test_nobody_is_joined_with_one_whose_record_was_just_seen_to_be_gone(studio: Studio) -> None:
    before = await lost(studio)
    studio.gym.faults.fail_next("create_lead", _DOWN)
    first = await enter(studio, message="first")
    studio.clock.advance(A_MINUTE)
    second = await enter(studio, message="second")
    assert (first.created, second.created, second.lead.id) == (True, False, first.lead.id)
    assert second.lead.message == "first\nsecond"
    (task,) = await to_enter(studio)
    assert (task.subject, "second" in (task.details["notes"] or "")) == (f"lead:{first.lead.id}", True)
    assert before.id in {each.id for each in named(studio)}


async def test_whom_the_gym_refuses_after_that_is_a_lead_with_a_task(studio: Studio) -> None:
    before = await lost(studio)
    studio.gym.faults.fail_next("create_lead", GatewayRejected("no"))
    made = await enter(studio, message="first")
    assert (made.created, made.lead.id != before.id) == (True, True)
    assert [task.subject for task in await to_enter(studio)] == [f"lead:{made.lead.id}"]


async def test_a_look_in_vain_does_not_move_when_it_was_sent(studio: Studio) -> None:
    """A sync that looks through everything counts for what was sent before it, however often somebody looked."""
    ann = await unanswered(studio, made=False)
    (push,) = pushes(studio)
    at = push.updated_at
    for _ in range(2):
        studio.clock.advance(AN_HOUR)
        assert (await converted(studio, ann)).task is not None
        assert [(each.updated_at, each.attempts) for each in pushes(studio)] == [(at, 1)]


@_POLICIES
async def test_the_task_is_done_once_the_question_is_decided_and_the_lead_is_there(
    studio: Studio, create_there: bool
) -> None:
    ann = await readdressed(studio, create_there=create_there)
    await looked_through(studio)
    await enter(studio, message="two")
    (task,) = await to_enter(studio)
    assert task.reason is TaskReason.UNDECIDED
    await decide(studio, asked(studio)["1002"], Choice.THEIRS)
    for _ in range(2):
        await looked_through(studio)
    assert (await converted(studio, ann)).membership is not None
    assert await to_enter(studio) == []
