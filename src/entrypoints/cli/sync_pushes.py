"""``tresen sync pushes``: what is on its way to providers."""

from typing import Annotated

from cyclopts import Parameter

from ...domain.sync.push import Push, PushState
from .answer import Answer, Part, cell, window_footer
from .call import Given, account_names, in_tenant
from .diffs import change, short_text
from .documents import listed
from .lines import Line, Span, Tone, line
from .options import JsonOption, LimitOption, OffsetOption, TenantOption, word_or_all
from .step_lines import field_line
from .sync_documents import push_document

_TONES = {
    PushState.WAITING: Tone.PUSHED,
    PushState.DONE: Tone.ADDED,
    PushState.REFUSED: Tone.REMOVED,
    PushState.UNSURE: Tone.ASKED,
}


async def pushes(
    *,
    state: Annotated[
        str | None, Parameter(metavar="WORD", help="Only those: waiting, done, refused, unsure or dropped; or all.")
    ] = None,
    limit: LimitOption = 50,
    offset: OffsetOption = 0,
    tenant: TenantOption = None,
    as_json: JsonOption = False,
    call: Given,
) -> Answer:
    """List what is on its way to providers or was, newest first: each value, and what came of it."""
    wanted = word_or_all(PushState, state, "state")
    async with in_tenant(call, tenant) as (use, home):
        page = await use.readers.pushes(home.id, limit=limit, offset=offset, state=wanted)
        names = await account_names(use, home)
    parts: list[Part] = []
    for each in page.items:
        parts += push_lines(each, names.get(each.account_id, str(each.account_id)), home.zone)
    if page.items:
        parts.append(window_footer(offset, len(page.items), page.count))
    else:
        parts.append(f"nothing from offset {offset} on; there are {page.count}" if page.count else "no push to show")
    document = listed("pushes", [push_document(each) for each in page.items], page.count)
    return Answer(document=document, parts=parts, as_json=as_json)


def push_lines(push: Push, account: str, zone: str) -> list[Line]:
    """The record, then its values."""
    tone = _TONES.get(push.state, Tone.QUIET)
    record = push.external_id or f"{push.local_id} (to be made there)"
    told = f" at {account}, {cell(push.created_at, zone)}{_tried(push.attempts)}"
    head = line(
        Span("> ", tone),
        Span(f"{push.kind} {record}", Tone.TITLE),
        ": ",
        Span(push.state.value, tone),
        told,
        f": {push.why}" if push.why else "",
    )
    if not push.values:
        return [head, field_line("-", Tone.REMOVED, "(all)", "to be deleted there")]
    if push.external_id is None:
        return [head, *(field_line(">", tone, name, short_text(value)) for name, value in push.values.items())]
    return [
        head,
        *(
            field_line(">", tone, name, *change(push.expected.get(name), value, Tone.PUSHED))
            for name, value in push.values.items()
        ),
    ]


def _tried(attempts: int) -> str:
    if not attempts:
        return ""
    return ", tried once" if attempts == 1 else f", tried {attempts} times"
