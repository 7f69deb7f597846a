"""``tresen sync reopen``."""

from typing import Annotated
from uuid import UUID

from cyclopts import Parameter

from ...domain.shared.errors import IllegalTransition
from ...domain.shared.ids import ConflictId
from ...domain.sync.conflict import PAIRING
from ...domain.sync.decision import WHOLE
from ...domain.sync.override import Override
from .answer import Answer, cell
from .call import Given, account_names, in_tenant
from .conflict_lines import conflict_lines, decision_lines
from .options import ByOption, JsonOption, TenantOption
from .sync_documents import conflict_document, override_document
from .sync_held import command


async def reopen(
    id_: Annotated[UUID, Parameter(name="ID", help="The conflict's id.")],
    /,
    *,
    by: ByOption = None,
    tenant: TenantOption = None,
    as_json: JsonOption = False,
    call: Given,
) -> Answer:
    """Open a conflict again. What was decided stays in the record until it is decided otherwise; what pinned the field
    ends, an undo's pin, too.
    """
    async with in_tenant(call, tenant) as (use, home):
        try:
            opened = await use.sync.reopen(home.id, ConflictId(id_), by=by or call.terminal.login_name)
        except IllegalTransition as error:
            how = f"{error.message}: {command(f'sync conflicts show {id_}', tenant)}"
            raise IllegalTransition(how, **error.details) from None
        names = await account_names(use, home)
    conflict = opened.conflict
    ended = [_ended(each, home.zone) for each in opened.released]
    document = {
        "conflict": conflict_document(conflict),
        "released": [override_document(each) for each in opened.released],
    }
    parts = [*conflict_lines(conflict, names, home.zone), *ended, *decision_lines(conflict, tenant)]
    return Answer(document=document, parts=parts, as_json=as_json)


def _ended(pin: Override, zone: str) -> str:
    what = "the record as a whole" if pin.field in {WHOLE, PAIRING} else pin.field
    return f"no longer pinned: {what} ({pin.because}; {cell(pin.set_at, zone)})"
