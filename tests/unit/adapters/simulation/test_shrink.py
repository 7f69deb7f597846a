"""What fails is made short, as long as it fails by the same rule."""

import attrs
import pytest

from tresen.adapters.simulation.broken import Broken
from tresen.adapters.simulation.draw import draw
from tresen.adapters.simulation.script import AccountSpec, Script
from tresen.adapters.simulation.shrink import _without_account, shrink
from tresen.adapters.simulation.simulate import Outcome, simulate
from tresen.adapters.simulation.steps.counter import ConvertLead, EnterLead, UpdateLead, UpdateMembership
from tresen.adapters.simulation.steps.edits import EditAtCounter, EditHere, EditThere
from tresen.adapters.simulation.steps.runs import Fault, Meanwhile, OnTime, Sync, Webhook
from tresen.adapters.simulation.steps.settings import Expire
from tresen.adapters.simulation.steps.step import Step

FAULT = Fault(at=0, what="5xx", call="create")
WITHIN = (Meanwhile(at=0, step=Sync(account=0, course="leads")),)


def steps_of(script: Script, kind: type[Step]) -> list[Step]:
    return [step for step in script.steps if isinstance(step, kind)]


def outcome_of(script: Script, *rules: str) -> Outcome:
    broken = tuple(Broken(rule, "seen") for rule in rules)
    return Outcome(script=script, broken=broken, log=(), runs=0, calls=0, digest="")


async def needs_an_edit_and_two_syncs(script: Script) -> Outcome:
    """Shorter ones break another rule."""
    fails = len(steps_of(script, EditThere)) >= 1 and len(steps_of(script, Sync)) >= 2
    return outcome_of(script, "quiet") if fails else outcome_of(script, "calls")


@pytest.mark.parametrize("seed", range(12))
async def test_nothing_is_left_that_is_not_needed(seed: int) -> None:
    first = await needs_an_edit_and_two_syncs(draw(seed))
    if first.broken[0].rule != "quiet":
        return
    script = (await shrink(first, needs_an_edit_and_two_syncs)).script
    assert len(script.steps) == 3
    (edit,) = steps_of(script, EditThere)
    assert isinstance(edit, EditThere)
    assert (len(edit.values), edit.late_s) == (1, 0)
    for sync in steps_of(script, Sync):
        assert sync == Sync(account=sync.account, course=sync.course)  # type: ignore[attr-defined] # it is one
    assert len(script.courses) == 1
    assert all(spec.habits == () and not spec.policies for spec in script.accounts)


async def test_a_webhook_becomes_the_run_that_it_asks_for() -> None:
    fault = Fault(at=0, what="5xx")
    script = attrs.evolve(draw(1), steps=(Webhook(account=0, course="leads", copies=2, faults=(fault,)),))

    async def asks(script: Script) -> Outcome:
        return outcome_of(script, *["quiet"] * len(script.steps))

    async def needs_a_webhook(script: Script) -> Outcome:
        return outcome_of(script, *["quiet"] * len(steps_of(script, Webhook)))

    assert (await shrink(await asks(script), asks)).script.steps == (Sync(account=0, course="leads"),)
    short = await shrink(await needs_a_webhook(script), needs_a_webhook)
    assert short.script.steps == (Webhook(account=0, course="leads"),)


@pytest.mark.parametrize(
    ("long", "short"),
    [
        (
            EditAtCounter(tenant=0, kind="lead", who="L1", values={"source": "x", "phone": "1"}, behind=1),
            EditAtCounter(tenant=0, kind="lead", who="L1", values={"phone": "1"}),
        ),
        (
            UpdateLead(account=0, who="L1", values={"status": "lost", "notes": "x"}, behind=1, crash=3),
            UpdateLead(account=0, who="L1", values={"notes": "x"}),
        ),
        (
            EnterLead(account=0, who="L1", values={"email": "a@example.org", "source": "x"}, faults=(FAULT,)),
            EnterLead(account=0, who="L1", values={"source": "x"}),
        ),
        (
            UpdateMembership(account=0, who="S1", status="paused", monthly_price="1.50", meanwhile=WITHIN),
            UpdateMembership(account=0, who="S1", monthly_price="1.50"),
        ),
        (ConvertLead(account=0, who="L1", overtaken=WITHIN), ConvertLead(account=0, who="L1")),
        (OnTime(tenant=0, course="leads", crash=3), OnTime(tenant=0, course="leads")),
        (Webhook(account=0, course="leads", crash=3), Webhook(account=0, course="leads")),
    ],
)
async def test_what_a_step_does_not_need_is_left_out(long: Step, short: Step) -> None:
    async def needs_that_kind(script: Script) -> Outcome:
        return outcome_of(script, *["quiet"] * len(steps_of(script, type(long))))

    script = attrs.evolve(draw(1), steps=(long,))
    assert (await shrink(await needs_that_kind(script), needs_that_kind)).script.steps == (short,)


async def test_a_tenant_whose_accounts_were_left_out_can_still_be_meant() -> None:
    steps = (EditHere(tenant=1, kind="lead", who="L1", values={"notes": "x"}), OnTime(tenant=1, course="leads"))
    script = Script(accounts=(AccountSpec(),), courses=("leads",), steps=steps)
    assert not (await simulate(script)).broken


async def test_accounts_that_no_step_is_about_go_and_the_others_move_up() -> None:
    seed = next(seed for seed in range(100) if len(draw(seed).accounts) == 3)
    within = (Meanwhile(at=0, step=Expire(account=2)),)
    script = attrs.evolve(draw(seed), steps=(Sync(account=2, course="leads", meanwhile=within, overtaken=within),))
    counter = attrs.evolve(script, steps=(ConvertLead(account=2, who="L1", meanwhile=within),))
    (moved_too,) = next(iter(_without_account(counter, 0))).steps
    assert isinstance(moved_too, ConvertLead)
    assert (moved_too.account, moved_too.meanwhile[0].step) == (1, Expire(account=1))

    async def fails(script: Script) -> Outcome:
        about = [step.account for step in script.steps if isinstance(step, Sync)]
        return outcome_of(script, *["quiet"] * (about == [len(script.accounts) - 1]))

    moved = next(iter(_without_account(script, 0))).steps[0]
    assert isinstance(moved, Sync)
    assert [each.step for each in (*moved.meanwhile, *moved.overtaken)] == [Expire(account=1)] * 2
    short = (await shrink(await fails(script), fails)).script
    assert (len(short.accounts), short.steps) == (1, (Sync(account=0, course="leads"),))
