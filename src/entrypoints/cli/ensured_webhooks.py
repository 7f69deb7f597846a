"""How ``tresen provider webhooks ensure`` tells what it came to."""

from collections.abc import Sequence

from ...application.webhooks.ensure import DISABLED, EnsuredWebhooks
from .answer import Answer, cell
from .documents import fields, listed
from .exit_codes import ExitCode


def ensured_answer(found: Sequence[EnsuredWebhooks], zone: str, *, as_json: bool) -> Answer:
    """One block per account; exit code 1 unless all of them are as they should be."""
    return Answer(
        document=listed("webhooks", [document(one) for one in found]),
        parts=[line for one in found for line in _lines(one, zone)],
        as_json=as_json,
        code=ExitCode.OK if all(one.healthy for one in found) else ExitCode.FAILED,
    )


def document(one: EnsuredWebhooks) -> dict[str, object]:
    """As the API shows it."""
    return {
        **fields(one, "account_id", "provider", "account", "address"),
        "registrations": [fields(each, "external_id", "healthy", "expires_at") for each in one.registrations],
        **fields(one, "done", "todo", "entered", "secret_missing", "missed_since", "recovered"),
        "error": None if one.error is None else {"code": one.error.code, "message": one.error.message},
    }


def _lines(one: EnsuredWebhooks, zone: str) -> Sequence[str]:
    lines = [f"{one.account} ({one.provider})"]
    lines += [f"  {phrase}" for phrase in one.done]
    if one.missed_since is not None:
        lines.append(f"  fetched {one.recovered} that were missed since {cell(one.missed_since, zone)}")
    lines += [f"  webhook {each.external_id} is switched off there" for each in one.registrations if not each.healthy]
    if one.error is not None:
        told = f"  {one.error.message}"
        enable = f"tresen provider webhooks enable {one.provider}/{one.account}"
        lines.append(f"{told}: {enable}" if one.error.message == DISABLED else told)
    elif one.todo:
        lines += [f"  {number}. {step}" for number, step in enumerate(one.todo, start=1)]
        if one.secret_missing:
            lines.append("  nothing is taken until its secret is entered here")
    elif one.entered:
        lines.append(f"  entered; if the address changes: {'; '.join(one.entered)}")
    elif not one.done:
        lines.append(f"  {len(one.registrations)} set up there; nothing had to be done")
    return lines
