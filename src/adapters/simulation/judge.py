"""What must hold after every run."""

from collections.abc import Iterator, Mapping

import attrs

from ...domain.sync.push import Push, PushState
from ...domain.sync.run import Run, RunState
from ...domain.sync.state import SyncState
from .broken import Broken
from .budget import Budget, budget, extra
from .task import Applied, Task, decided_nothing
from .words import COURSE_KINDS
from .world import World

_ONLY_LOOK = frozenset({RunState.HELD, RunState.PLANNED, RunState.SKIPPED})


@attrs.frozen(kw_only=True)
class Before:
    """How things were when a run began. ``disturbed``: how often somebody does something meanwhile."""

    account: int
    course: str
    callable: bool
    waiting: int
    disturbed: int
    allowed: Budget
    states: Mapping[str, SyncState | None]


def before(world: World, account: int, course: str, *, disturbed: int, plan: Applied | None = None) -> Before:
    """A run begins."""
    room, account_id = world.room(world.specs[account].tenant), world.account_ids[account]
    return Before(
        account=account,
        course=course,
        callable=world.account(account).may_be_called,
        waiting=sum(p.account_id == account_id and _is_pending(p) for p in room.pushes.rows()),
        disturbed=disturbed,
        allowed=budget(world, account, course, unlisted=plan.unlisted if plan is not None else ()),
        states={kind: _state(world, account, kind) for kind in COURSE_KINDS[course]},
    )


def _is_pending(push: Push) -> bool:
    """Whether it may be written, or looked for: a record that may have been made at a counter."""
    return push.state is PushState.WAITING or (push.external_id is None and push.may_be_made)


def judged(world: World, was: Before, run: Run | None, task: Task) -> Iterator[Broken]:
    """What did not hold. ``run`` None: the process died in it."""
    yield from _calls(world, was, task)
    yield from _walks(world, was, run)
    yield from _credentials(world, was, run)
    yield from _counts(run, task)
    if run is not None and run.state in _ONLY_LOOK and not decided_nothing(task):
        yield Broken("held", f"run {run.id} of {was.course} is {run.state.value}, and did something")


def _calls(world: World, was: Before, task: Task) -> Iterator[Broken]:
    programme = world.gyms[was.account].programme
    short = sum(hit.startswith("short@") for hit in programme.hit)
    pushes = was.waiting + task.pushes
    allowed = was.allowed + extra(
        world,
        was.account,
        was.course,
        listing=was.allowed.listing,
        pushes=pushes,
        disturbed=was.disturbed,
        short=short,
    )
    looks = programme.trail.looks.total()
    if programme.made > allowed.calls:
        yield Broken("calls", f"{programme.made} calls, and {allowed.calls} are enough")
    if looks > allowed.looks:
        yield Broken("calls", f"{looks} single looks, and there is reason for {allowed.looks}")


def _walks(world: World, was: Before, run: Run | None) -> Iterator[Broken]:
    for kind in sorted(world.gyms[was.account].programme.trail.broken):
        if run is not None and run.state is RunState.COMPLETED:
            yield Broken("walks", f"a walk of {kind}s broke off, and the run is completed")
        if _arrived(was.states[kind]) != _arrived(_state(world, was.account, kind)):
            yield Broken("walks", f"a walk of {kind}s broke off, and counts as having arrived")


def _credentials(world: World, was: Before, run: Run | None) -> Iterator[Broken]:
    programme = world.gyms[was.account].programme
    if programme.made and not was.callable:
        yield Broken("credentials", f"{programme.made} calls, and the account is blocked")
    if programme.refusals > 1:
        yield Broken("credentials", f"{programme.refusals} calls with credentials that were refused")
    if programme.refusals and run is not None and world.account(was.account).may_be_called:
        yield Broken("credentials", "the provider refused the credentials, and the account is not blocked")


def _counts(run: Run | None, task: Task) -> Iterator[Broken]:
    """What was committed is what the books say, also where a commit collided."""
    if run is None:
        return
    gone = task.removed.total() + task.joined
    if (run.counts.created, run.counts.deleted) != (task.made, gone):
        done = f"{task.made} were made and {gone} deleted"
        yield Broken("counts", f"{done}, and the books say {run.counts.created} and {run.counts.deleted}")
    if run.counts.refused != task.refused:
        yield Broken("counts", f"{task.refused} pushes were refused, and the books say {run.counts.refused}")


def _state(world: World, account: int, kind: str) -> SyncState | None:
    return world.room(world.specs[account].tenant).sync_states.find((world.account_ids[account], kind))


def _arrived(state: SyncState | None) -> object:
    return (None, None, None) if state is None else (state.cursor, state.complete_at, state.succeeded_at)
