"""``tresen sync reopen``."""

from typing import Annotated
from uuid import UUID

from cyclopts import Parameter

from ...domain.shared.errors import IllegalTransition
from ...domain.shared.ids import ConflictId
from .answer import Answer
from .call import Given, account_names, in_tenant
from .conflict_lines import conflict_lines, decision_lines
from .options import ByOption, JsonOption, TenantOption
from .sync_documents import conflict_document
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
    """Open a conflict again. What was decided stays in the record until it is decided otherwise."""
    async with in_tenant(call, tenant) as (use, home):
        try:
            conflict = await use.sync.reopen(home.id, ConflictId(id_), by=by or call.terminal.login_name)
        except IllegalTransition as error:
            how = f"{error.message}: {command(f'sync conflicts show {id_}', tenant)}"
            raise IllegalTransition(how, **error.details) from None
        names = await account_names(use, home)
    parts = [*conflict_lines(conflict, names, home.zone), *decision_lines(conflict, tenant)]
    return Answer(document={"conflict": conflict_document(conflict)}, parts=parts, as_json=as_json)
