"""``tresen sync policy``: by which laws records are merged."""

from collections.abc import Mapping
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from ...application.ports.sync_books import PolicyDocument
from ...domain.shared.errors import InvalidValue
from .answer import Answer, Part
from .call import Given, account_names, choose_account_id, in_tenant
from .documents import listed
from .options import ByOption, JsonOption, TenantOption, command_group
from .policy_lines import layer_document, policy_parts, shown_document, version_lines
from .policy_options import RuleOptions, field_laws, merged, read_document
from .sync_options import KindArgument, kind_of_record

if TYPE_CHECKING:
    from ...application.sync.policies.change_policy import ShownPolicy
    from ...domain.shared.ids import AccountId
    from ...domain.tenancy.tenant import Tenant
    from ..use_cases import UseCases

group = command_group("policy", "By which laws records are merged: show, set, versions, reset.")

_LayerOption = Annotated[
    str | None,
    Parameter(
        name="--account",
        metavar="NAME",
        help="For this account, on top of the tenant's: its provider, name, provider/name or id; without it the "
        "tenant's own.",
    ),
]


@group.command
async def show(
    kind: KindArgument,
    /,
    *,
    account: _LayerOption = None,
    tenant: TenantOption = None,
    as_json: JsonOption = False,
    call: Given,
) -> Answer:
    """Show the policy that holds: the law of each field, and who says so."""
    async with in_tenant(call, tenant) as (use, home):
        kind = kind_of_record(use, kind)
        shown = await _shown(use, home, kind, await choose_account_id(use, home, account))
        names = await account_names(use, home)
    parts = policy_parts(shown, names, home.zone)
    return Answer(document={"policy": shown_document(shown)}, parts=parts, as_json=as_json)


@group.command(name="set")
async def set_(
    kind: KindArgument,
    /,
    *laws: Annotated[
        str,
        Parameter(
            name="FIELD=LAW",
            negative=(),
            show_default=False,
            help="Laws of single fields, such as email=ours; email= takes that of email away again.",
        ),
    ],
    rules: RuleOptions | None = None,
    file: Annotated[
        Path | None, Parameter(metavar="FILE.json", help="All of it from a file, instead of what was set before.")
    ] = None,
    account: _LayerOption = None,
    by: ByOption = None,
    tenant: TenantOption = None,
    as_json: JsonOption = False,
    call: Given,
) -> Answer:
    """Change the policy of the tenant, or of one account on top of it; what is not named stays as it was set before.
    The next run looks at all records anew.
    """
    said = {**(rules or RuleOptions()).document(), **({"fields": field_laws(laws, "email=ours")} if laws else {})}
    if (file is not None) == bool(said):
        raise InvalidValue("say what is to be changed: FIELD=LAW, an option, or a --file alone", field="policy")
    document = None if file is None else read_document(file)
    async with in_tenant(call, tenant) as (use, home):
        kind = kind_of_record(use, kind)
        owner = await choose_account_id(use, home, account)
        was = _layer(await _shown(use, home, kind, owner), owner)
        if document is None:
            document = merged(was, said)
        layer = await use.sync.set_policy(home.id, kind, document, account_id=owner, by=by or call.terminal.login_name)
        shown = await _shown(use, home, kind, owner)
        names = await account_names(use, home)
    return _changed(shown, layer, names, home.zone, as_json=as_json, is_new=document != was)


@group.command
async def versions(
    kind: KindArgument,
    /,
    *,
    account: _LayerOption = None,
    tenant: TenantOption = None,
    as_json: JsonOption = False,
    call: Given,
) -> Answer:
    """List what the tenant's policy, or an account's, said over time, latest first: who changed what, and when."""
    async with in_tenant(call, tenant) as (use, home):
        kind = kind_of_record(use, kind)
        owner = await choose_account_id(use, home, account)
        found = await use.sync.policy_versions(home.id, kind, account_id=owner)
    parts: list[Part] = []
    for each, before in zip_longest(found, found[1:]):
        parts += version_lines(each, {} if before is None else before.document, home.zone)
    documents = [layer_document(each) for each in found]
    empty = f"nothing was set for {kind}: tresen sync policy show {kind} tells what holds"
    return Answer(document=listed("versions", documents), parts=parts or [empty], as_json=as_json)


@group.command
async def reset(
    kind: KindArgument,
    /,
    *,
    account: _LayerOption = None,
    by: ByOption = None,
    tenant: TenantOption = None,
    as_json: JsonOption = False,
    call: Given,
) -> Answer:
    """Take the tenant's policy away, or an account's: what is below it holds again. Its versions stay listed."""
    async with in_tenant(call, tenant) as (use, home):
        kind = kind_of_record(use, kind)
        owner = await choose_account_id(use, home, account)
        before = await _shown(use, home, kind, owner)
        if not _layer(before, owner):
            told = "nothing was set there: nothing is changed"
            return Answer(document={"policy": shown_document(before)}, parts=[told], as_json=as_json)
        layer = await use.sync.set_policy(home.id, kind, {}, account_id=owner, by=by or call.terminal.login_name)
        shown = await _shown(use, home, kind, owner)
        names = await account_names(use, home)
    return _changed(shown, layer, names, home.zone, as_json=as_json, is_new=True)


async def _shown(use: "UseCases", tenant: "Tenant", kind: str, account_id: "AccountId | None") -> "ShownPolicy":
    return await use.sync.show_policy(tenant.id, kind, account_id=account_id)


def _layer(shown: "ShownPolicy", owner: "AccountId | None") -> Mapping[str, object]:
    return next((layer.document for layer in shown.layers if layer.account_id == owner), {})


def _changed(
    shown: "ShownPolicy",
    layer: PolicyDocument,
    names: "Mapping[AccountId, str]",
    zone: str,
    *,
    as_json: bool,
    is_new: bool,
) -> Answer:
    follows = "the next run looks at all records anew" if is_new else "it says so already: nothing is changed"
    parts = [
        f"version {layer.version}, set by {layer.set_by}; {follows}",
        *policy_parts(shown, names, zone),
    ]
    document = {"layer": layer_document(layer), "policy": shown_document(shown)}
    return Answer(document=document, parts=parts, as_json=as_json)
