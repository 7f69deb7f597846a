"""``tresen sync history``: every version of a record."""

from collections.abc import Iterator, Sequence

from ...domain.sync.decision import WHOLE
from ...domain.sync.history import Version, is_end
from ...domain.sync.journal import Change
from .answer import Answer, Part, cell
from .call import Given, in_tenant
from .diffs import change, short_text, why
from .documents import listed
from .lines import Line, Span, Tone, title
from .options import AccountOption, JsonOption, LimitOption, OffsetOption, TenantOption
from .record_documents import version_document
from .step_lines import field_line
from .sync_options import KindArgument, RecordArgument, find_ours, kind_of_record


async def history(
    kind: KindArgument,
    id_: RecordArgument,
    /,
    *,
    account: AccountOption = None,
    limit: LimitOption = 20,
    offset: OffsetOption = 0,
    tenant: TenantOption = None,
    as_json: JsonOption = False,
    call: Given,
) -> Answer:
    """List a record's versions, latest first: what each changed, by which rule, in which run; and how to go back."""
    async with in_tenant(call, tenant) as (use, home):
        kind = kind_of_record(use, kind)
        local_id = await find_ours(use, home, kind, id_, account)
        versions = await use.sync.history(home.id, kind, local_id)
    window = versions[offset : offset + limit]
    parts: list[Part] = []
    for version in window:
        parts += version_lines(version, home.zone)
    last = offset + len(window)
    parts.append(f"{len(versions)} in all" if last >= len(versions) else f"more with --offset {last}")
    if len(versions) > 1:
        parts.append(f"go back to one: tresen sync undo --record {kind} {local_id} --to-version N")
    return Answer(
        document=listed("versions", [version_document(each) for each in window], len(versions)),
        parts=parts,
        as_json=as_json,
    )


def version_lines(version: Version, zone: str) -> Iterator[Line]:
    """A version, and what made it so; the first one with all its values."""
    if version.at is None:
        yield title(f"version {version.number}, as it was made")
        for name, value in version.values.items():
            if value is not None:
                yield field_line("+", Tone.ADDED, name, Span(short_text(value), Tone.ADDED))
        yield from _released(version.released, zone)
        return
    runs = ", ".join(dict.fromkeys(str(each.run_id) for each in version.changes))
    yield title(f"version {version.number}, {cell(version.at, zone, seconds=True)}, run {runs}")
    yield from _changes(version.changes)
    yield from _released(version.released, zone)


def _released(changes: Sequence[Change], zone: str) -> Iterator[Line]:
    for each in changes:
        name = "(all)" if each.field == WHOLE else each.field
        yield field_line(" ", Tone.QUIET, name, Span(f"{cell(each.at, zone)}: {each.reason}", Tone.QUIET))


def _changes(changes: Sequence[Change]) -> Iterator[Line]:
    for each in changes:
        if each.field == WHOLE:
            yield _whole(each)
            continue
        told = (*change(each.ours, each.value), why(each.side.value, each.rule, each.reason))
        yield field_line("~", Tone.ADDED, each.field, *told, Span(f"  change {each.id}", Tone.QUIET))


def _whole(each: Change) -> Line:
    sign, tone, what = ("-", Tone.REMOVED, "it went") if is_end(each) else ("+", Tone.ADDED, "it came back")
    told = why(each.side.value, each.rule, each.reason)
    return field_line(sign, tone, "(all)", Span(what, tone), told, Span(f"  change {each.id}", Tone.QUIET))
