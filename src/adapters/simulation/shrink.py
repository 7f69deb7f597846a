"""A script that fails is made shorter, as long as it fails by the same rule."""

from collections.abc import Awaitable, Callable, Iterator, Mapping

import attrs

from .script import AccountSpec, Script
from .simulate import Outcome, simulate
from .steps.counter import EnterLead, UpdateLead, UpdateMembership
from .steps.decisions import Resolve
from .steps.edits import CreateHere, CreateThere, EditAtCounter, EditHere, EditThere, EnterAnew
from .steps.runs import Calling, Meanwhile, OnTime, Sync, Webhook
from .steps.settings import SetPolicy, SetTenantPolicy
from .steps.step import Step, StepAt, StepThere

_MOST_TRIES = 1000
Valued = EditAtCounter | EnterLead | UpdateLead | EditHere | EditThere | CreateHere | CreateThere | EnterAnew | Resolve


@attrs.define
class Shrinking:
    """``outcome`` is of the shortest script found so far."""

    outcome: Outcome
    rule: str
    _play: Callable[[Script], Awaitable[Outcome]]
    tries: int = 0

    async def takes(self, script: Script) -> bool:
        """Whether that one fails as well; then it is the shortest."""
        if self.tries >= _MOST_TRIES or script == self.outcome.script:
            return False
        self.tries += 1
        outcome = await self._play(script)
        if not any(broken.rule == self.rule for broken in outcome.broken):
            return False
        self.outcome = outcome
        return True


async def shrink(outcome: Outcome, play: Callable[[Script], Awaitable[Outcome]] = simulate) -> Outcome:
    """The outcome of a short script that fails by the first rule that ``outcome`` broke. ``play`` tells what fails."""
    shrinking = Shrinking(outcome, outcome.broken[0].rule, play)
    while True:
        before = shrinking.outcome.script
        await _fewer_steps(shrinking)
        await _simpler(shrinking)
        if shrinking.outcome.script == before or shrinking.tries >= _MOST_TRIES:
            return shrinking.outcome


async def _fewer_steps(shrinking: Shrinking) -> None:
    """Without halves, quarters … single steps: delta debugging (Zeller, 1999)."""
    size = max(1, len(shrinking.outcome.script.steps) // 2)
    while True:
        start = 0
        while start < len(shrinking.outcome.script.steps):
            script = shrinking.outcome.script
            steps = script.steps[:start] + script.steps[start + size :]
            if not await shrinking.takes(attrs.evolve(script, steps=steps)):
                start += size
        if size == 1:
            return
        size //= 2


async def _simpler(shrinking: Shrinking) -> None:
    while await _simpler_world(shrinking):
        pass
    number = 0
    while number < len(shrinking.outcome.script.steps):
        script = shrinking.outcome.script
        for step in _simpler_steps(script.steps[number]):
            steps = (*script.steps[:number], step, *script.steps[number + 1 :])
            if await shrinking.takes(attrs.evolve(script, steps=steps)):
                break
        else:
            number += 1


async def _simpler_world(shrinking: Shrinking) -> bool:
    for script in _simpler_worlds(shrinking.outcome.script):
        if await shrinking.takes(script):
            return True
    return False


def _simpler_worlds(script: Script) -> Iterator[Script]:
    for course in script.courses:
        if len(script.courses) > 1:
            yield attrs.evolve(script, courses=tuple(c for c in script.courses if c != course))
    for number in range(len(script.accounts)):
        yield from _without_account(script, number)
        for account in _simpler_accounts(script.accounts[number]):
            accounts = (*script.accounts[:number], account, *script.accounts[number + 1 :])
            yield attrs.evolve(script, accounts=accounts)


def _without_account(script: Script, number: int) -> Iterator[Script]:
    """Unless a step is about it, or it is the last one."""
    if len(script.accounts) > 1 and not any(_is_about(step, number) for step in script.steps):
        accounts = script.accounts[:number] + script.accounts[number + 1 :]
        yield attrs.evolve(script, accounts=accounts, steps=tuple(_moved(step, number) for step in script.steps))


def _is_about(step: Step, account: int) -> bool:
    inner = [each.step for each in (*step.meanwhile, *step.overtaken)] if isinstance(step, Calling) else []
    return (isinstance(step, StepAt) and step.account == account) or any(_is_about(each, account) for each in inner)


def _moved(step: Step, without: int) -> Step:
    """The accounts after the one that is left out move up."""
    if isinstance(step, Calling):
        meanwhile, overtaken = (
            tuple(attrs.evolve(each, step=_moved(each.step, without)) for each in inner)
            for inner in (step.meanwhile, step.overtaken)
        )
        step = attrs.evolve(step, meanwhile=meanwhile, overtaken=overtaken)
    return attrs.evolve(step, account=step.account - 1) if isinstance(step, StepAt) and step.account > without else step


def _simpler_accounts(account: AccountSpec) -> Iterator[AccountSpec]:
    for habit in account.habits:
        yield attrs.evolve(account, habits=tuple(h for h in account.habits if h != habit))
    if account.page_size < _LARGE:
        yield attrs.evolve(account, page_size=_LARGE)
    if account.ahead_s:
        yield attrs.evolve(account, ahead_s=0)
    if account.resolution_s > 1:
        yield attrs.evolve(account, resolution_s=1)
    for kind, document in account.policies.items():
        yield attrs.evolve(account, policies={k: d for k, d in account.policies.items() if k != kind})
        for smaller in _smaller_documents(document):
            yield attrs.evolve(account, policies={**account.policies, kind: smaller})


_LARGE = 100


def _smaller_documents(document: Mapping[str, object]) -> Iterator[dict[str, object]]:
    for key, value in document.items():
        yield {k: v for k, v in document.items() if k != key}
        if isinstance(value, dict) and len(value) > 1:
            for name in value:
                yield {**document, key: {n: v for n, v in value.items() if n != name}}


def _simpler_steps(step: Step) -> Iterator[Step]:
    if isinstance(step, StepThere) and step.late_s:
        yield attrs.evolve(step, late_s=0)
    if isinstance(step, Calling):
        yield from _simpler_calls(step)
    if isinstance(step, Valued):
        yield from _simpler_values(step)
    match step:
        case UpdateMembership() if step.status and step.monthly_price:
            yield attrs.evolve(step, status=None)
            yield attrs.evolve(step, monthly_price=None)
        case SetPolicy() | SetTenantPolicy():
            yield from (attrs.evolve(step, document=smaller) for smaller in _smaller_documents(step.document))
        case Webhook():
            yield from _simpler_webhooks(step)
        case OnTime() if step.crash is not None:
            yield attrs.evolve(step, crash=None)


def _simpler_webhooks(step: Webhook) -> Iterator[Step]:
    yield Sync(account=step.account, course=step.course)
    if step.crash is not None:
        yield attrs.evolve(step, crash=None)
    if step.copies > 1:
        yield attrs.evolve(step, copies=1)
    for fault in step.faults:
        yield attrs.evolve(step, faults=tuple(f for f in step.faults if f != fault))


def _simpler_values(step: Valued) -> Iterator[Step]:
    if isinstance(step, EditAtCounter | UpdateLead) and step.behind is not None:
        yield attrs.evolve(step, behind=None)
    if len(step.values) > 1:
        for name in step.values:
            yield attrs.evolve(step, values={n: v for n, v in step.values.items() if n != name})


def _simpler_calls(step: Calling) -> Iterator[Step]:
    if step.crash is not None:
        yield attrs.evolve(step, crash=None)
    if isinstance(step, Sync) and step.whole:
        yield attrs.evolve(step, whole=False)
    for fault in step.faults:
        yield attrs.evolve(step, faults=tuple(f for f in step.faults if f != fault))
    for each in step.meanwhile:
        yield attrs.evolve(step, meanwhile=_without(step.meanwhile, each))
    for each in step.overtaken:
        yield attrs.evolve(step, overtaken=_without(step.overtaken, each))


def _without(items: tuple[Meanwhile, ...], item: Meanwhile) -> tuple[Meanwhile, ...]:
    return tuple(each for each in items if each is not item)
