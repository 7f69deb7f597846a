"""``tresen db``: care of the database."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from .answer import Answer, Table, cell
from .call import Given
from .documents import listed, row
from .exit_codes import ExitCode
from .options import JsonOption, command_group

group = command_group("db", "The database: upgrade, back up, check.")


@group.command
async def upgrade(*, as_json: JsonOption = False, call: Given) -> Answer:
    """Bring the schema up to date; what is there is backed up first."""
    async with call.runtime.store() as store:
        done = await store.upgrade()
    if done.old == done.new:
        parts = [f"the schema is up to date: {done.new}"]
    else:
        parts = [f"schema {done.old or 'none'} -> {done.new}"]
    if done.backup:
        parts.append(f"backup of the old state: {done.backup}")
    return Answer(document=row(done), parts=parts, as_json=as_json)


@group.command
async def backup(
    target: Annotated[Path | None, Parameter(help="File to write; without it one beside the database.")] = None,
    /,
    *,
    as_json: JsonOption = False,
    call: Given,
) -> Answer:
    """Make a consistent copy while others go on working."""
    async with call.runtime.store() as store:
        path = await store.backup(target)
    return Answer(document={"backup": str(path)}, parts=[f"backup: {path}"], as_json=as_json)


@group.command
async def check(*, as_json: JsonOption = False, call: Given) -> Answer:
    """Look at integrity, schema, readability and writability; exit code 1 when something is wrong. Changes nothing."""
    async with call.runtime.store() as store:
        findings = await store.check()
    table = Table(
        columns=("what", "ok", "found", "what to do"),
        rows=[(f.name, cell(f.ok), f.detail, cell(f.advice)) for f in findings],
    )
    return Answer(
        document=listed("findings", [row(f) for f in findings]),
        parts=[table],
        as_json=as_json,
        code=ExitCode.OK if all(f.ok for f in findings) else ExitCode.FAILED,
    )
