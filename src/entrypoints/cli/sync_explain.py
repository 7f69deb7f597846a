"""``tresen sync explain``: why a record is as it is."""

from typing import Annotated

from cyclopts import Parameter

from .answer import Answer, Part
from .call import Given, account_names, in_tenant
from .documents import listed
from .explain_lines import fields_table, heading, in_full, whole_lines
from .lines import title
from .options import AccountOption, JsonOption, TenantOption
from .record_documents import explanation_document
from .sync_options import KindArgument, RecordArgument, find_ours, kind_of_record


async def explain(
    kind: KindArgument,
    id_: RecordArgument,
    field: Annotated[str | None, Parameter(name="FIELD", help="Only this field, in full.")] = None,
    /,
    *,
    account: AccountOption = None,
    tenant: TenantOption = None,
    as_json: JsonOption = False,
    call: Given,
) -> Answer:
    """Tell why a record is as it is, field by field: whose value, since when, against what, by which law and run;
    "agreed" is the value that both sides agreed on last.
    """
    async with in_tenant(call, tenant) as (use, home):
        kind = kind_of_record(use, kind)
        local_id = await find_ours(use, home, kind, id_, account)
        records = await use.sync.explain(home.id, kind, local_id, field=field)
        names = await account_names(use, home)
    parts: list[Part] = []
    for record in records:
        parts += [title(heading(record, names)), *whole_lines(record, names, home.zone, tenant)]
        parts += [fields_table(record, home.zone)] if field is None else in_full(record.fields[0], home.zone)
    return Answer(
        document=listed("records", [explanation_document(each) for each in records]), parts=parts, as_json=as_json
    )
