"""A script in words: what a person reads to reproduce by hand what went wrong."""

from collections.abc import Mapping, Sequence

from .script import AccountSpec, Script
from .steps.counter import AtCounter, CancelMembership, ConvertLead, EnterLead, UpdateLead, UpdateMembership
from .steps.decisions import LetGo, Reopen, Resolve, Undo, UndoChange, UndoRecord
from .steps.edits import (
    CreateHere,
    CreateThere,
    DeleteHere,
    DeleteThere,
    EditAtCounter,
    EditHere,
    EditThere,
    EnterAnew,
    Garble,
    Mend,
)
from .steps.runs import Accept, ApplyPlan, Calling, Fault, MakePlan, OnTime, Sync, Webhook
from .steps.settings import Expire, Forget, PassTime, Renew, SetPolicy, SetTenantPolicy, SetWrites
from .steps.step import Step, StepThere


def told(script: Script) -> Sequence[str]:
    """A line per account and step."""
    accounts = [_account(number, spec) for number, spec in enumerate(script.accounts)]
    return [*accounts, *(f"{number:>3}. {_step(step)}" for number, step in enumerate(script.steps, 1))]


def _account(number: int, spec: AccountSpec) -> str:
    parts = [
        f"account {number} of tenant {spec.tenant}",
        "may be written" if spec.writes else "may not be written",
        f"{spec.page_size} a page",
        *spec.habits,
    ]
    if spec.resolution_s > 1:
        parts.append(f"stamps to {spec.resolution_s} s")
    if spec.ahead_s:
        parts.append(f"its clock {abs(spec.ahead_s)} s {'ahead' if spec.ahead_s > 0 else 'behind'}")
    policies = [f"{kind}: {_values(document)}" for kind, document in spec.policies.items()]
    return "; ".join([*parts, *policies])


def _step(step: Step) -> str:  # noqa: C901, PLR0911, PLR0912 - a table of words
    match step:
        case EditHere():
            return f"{step.kind} {step.who} is edited here, tenant {step.tenant}: {_values(step.values)}"
        case EditAtCounter():
            by = _by(step)
            return f"{step.kind} {step.who} is edited through Tresen{by}, tenant {step.tenant}: {_values(step.values)}"
        case CreateHere():
            return f"{step.kind} {step.who} is made here, tenant {step.tenant}: {_values(step.values)}"
        case DeleteHere():
            return f"{step.kind} {step.who} is deleted here, tenant {step.tenant}"
        case EditThere():
            return f"{step.kind} {step.who} is edited at account {step.account}: {_values(step.values)}{_late(step)}"
        case CreateThere():
            return f"{step.kind} {step.who} is made at account {step.account}: {_values(step.values)}{_late(step)}"
        case EnterAnew():
            values = _values(step.values)
            return (
                f"{step.kind} {step.who}, lost there, is entered anew at account {step.account}: {values}{_late(step)}"
            )
        case DeleteThere():
            return f"{step.kind} {step.who} is deleted at account {step.account}{_late(step)}"
        case Garble():
            stamp = _late(step) if step.has_stamp else ", and no stamp tells"
            return f"{step.kind} {step.who} becomes unreadable at account {step.account}{stamp}"
        case Mend():
            return f"{step.kind} {step.who} can be read again at account {step.account}, and no stamp tells"
        case Expire():
            return f"the credentials of account {step.account} expire"
        case Renew():
            return f"the credentials of account {step.account} are renewed"
        case Forget():
            return f"account {step.account} forgets which {step.kind}s were deleted, and its cursors expire"
        case SetPolicy():
            return f"policy of {step.kind}s at account {step.account}: {_values(step.document)}"
        case SetTenantPolicy():
            return f"policy of {step.kind}s of tenant {step.tenant}: {_values(step.document)}"
        case SetWrites():
            return f"account {step.account} {'may' if step.on else 'may not'} be written"
        case PassTime():
            return f"{step.minutes} minutes pass"
        case Sync():
            return _sync(step)
        case Webhook():
            return _webhook(step)
        case AtCounter():
            return _at_counter(step) + _trouble(step)
        case OnTime():
            return f"the schedule of tenant {step.tenant} asks for {step.course}{_death(step)}"
        case _:
            return _by_hand(step)


def _by_hand(step: Step) -> str:  # noqa: C901, PLR0911 - a table of words
    """What people do through Tresen."""
    match step:
        case MakePlan():
            return f"a plan for {step.course} of account {step.account}{', everything listed' if step.whole else ''}"
        case ApplyPlan():
            return f"the latest plan for {step.course} of account {step.account} is applied"
        case Accept():
            return f"the plan for {step.course} of account {step.account} that a guard holds is let through"
        case Resolve():
            typed = f" ({_values(step.values)})" if step.values else ""
            return f"the first conflict over {step.kind}s of account {step.account} is decided: {step.choice}{typed}"
        case Reopen():
            return f"the latest decided conflict over {step.kind}s of account {step.account} is opened again"
        case LetGo():
            return f"the first override of {step.kind}s of account {step.account} is taken away"
        case Undo():
            return f"the latest run of account {step.account} that wrote anything is undone"
        case UndoChange():
            which = (
                f"the latest change of {step.kind}s but {step.back}"
                if step.back
                else f"the latest change of {step.kind}s"
            )
            return f"{which} at account {step.account} is undone"
        case UndoRecord():
            return f"our {step.kind} {step.who}, tenant {step.tenant}, goes back by {step.back} versions"
        case _:
            return str(step)


def _webhook(step: Webhook) -> str:
    parts = [f"a webhook of account {step.account} tells of {step.course}"]
    parts.append("it is lost" if not step.copies else f"{step.copies} times" if step.copies > 1 else "once")
    if step.after:
        parts.append(f"{step.after} steps later")
    return "; ".join([*parts, *(f"{_call(fault)} runs into {fault.what}" for fault in step.faults)]) + _death(step)


def _death(step: Webhook | OnTime) -> str:
    return "" if step.crash is None else f"; the worker dies at its call {step.crash} to provider, store or queue"


def _sync(step: Sync) -> str:
    return f"sync of {step.course}, account {step.account}{', everything listed' if step.whole else ''}" + _trouble(
        step
    )


def _at_counter(step: AtCounter) -> str:
    who = f"{step.kind} {step.who}"
    where = f"through Tresen, account {step.account}"
    match step:
        case EnterLead():
            return f"{who} is entered {where}: {_values(step.values)}"
        case UpdateLead():
            return f"{who} is changed at the provider {where}{_by(step)}: {_values(step.values)}"
        case ConvertLead():
            return f"{who} is converted {where}"
        case CancelMembership():
            return f"{who} is cancelled {where}"
        case UpdateMembership():
            asked = {"status": step.status, "monthly_price": step.monthly_price}
            wanted = {name: value for name, value in asked.items() if value is not None}
            return f"{who} is changed at the provider {where}: {_values(wanted)}"
        case _:
            return str(step)


def _trouble(step: Calling) -> str:
    """What it runs into."""
    parts = [""]
    parts += [f"{_call(fault)} runs into {fault.what}" for fault in step.faults]
    parts += [f"before call {each.at}: {_step(each.step)}" for each in step.meanwhile]
    parts += [f"commit {each.at} collides, for first: {_step(each.step)}" for each in step.overtaken]
    if step.crash is not None:
        parts.append(f"the process dies at its call {step.crash} to provider or store")
    return "; ".join(parts)


def _call(fault: Fault) -> str:
    return f"call {fault.at}" if fault.call is None else f"call {fault.at} to {fault.call}"


def _late(step: StepThere) -> str:
    return f" (seen {step.late_s} s late)" if step.late_s else ""


def _by(step: EditAtCounter | UpdateLead) -> str:
    if step.behind is None:
        return ""
    return f", by its version {step.behind} versions ago" if step.behind else ", by its version"


def _values(values: Mapping[str, object]) -> str:
    return ", ".join(f"{name}={value!r}" for name, value in values.items()) or "nothing"
