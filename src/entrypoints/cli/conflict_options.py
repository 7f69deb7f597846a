"""Which conflicts are meant, as it is typed in."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import attrs
from cyclopts import Parameter

from ...application.ports.readers import ConflictFilter
from ...domain.shared.errors import InvalidValue
from ...domain.sync.conflict import Conflict, ConflictState
from ...domain.sync.record import not_in_step
from ..kinds import field_wanted
from .call import choose_account_id
from .options import AccountsOption
from .sync_options import FieldOption, KindOption, as_id, kind_wanted, split_record

if TYPE_CHECKING:
    from ...domain.tenancy.tenant import Tenant
    from ..use_cases import UseCases


@Parameter(name="*")
@attrs.frozen(kw_only=True)
class ConflictOptions:
    """All of it together; nothing: any."""

    record: Annotated[
        str | None,
        Parameter(
            metavar="ID",
            help="Only this record: our id, or the provider's, also as ACCOUNT/ID such as wodify/1001.",
        ),
    ] = None
    kind: KindOption = None
    field: FieldOption = None
    account: AccountsOption = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing was said."""
        return all(each is None for each in (self.record, self.kind, self.field, self.account))

    async def wanted(self, use: "UseCases", tenant: "Tenant", state: ConflictState | None) -> ConflictFilter:
        """As the readers take it. Raises InvalidValue, NotFound for an account."""
        local_id, account, external_id = self._record()
        kind = kind_wanted(use, self.kind)
        return ConflictFilter(
            state=state,
            account_id=await choose_account_id(use, tenant, account),
            kind=kind,
            field=field_wanted(self.field, kind, use.sync.fields),
            external_id=external_id,
            local_id=local_id,
        )

    def _record(self) -> tuple[UUID | None, str | None, str | None]:
        """Our id, or the account's name and the id there."""
        if self.record is None:
            return None, self.account, None
        if (ours := as_id(self.record)) is not None:
            return ours, self.account, None
        account, external_id = split_record(self.record, self.account)
        if not external_id:
            raise InvalidValue("name the record: our id, or the provider's, such as wodify/1001", field="record")
        return None, account, external_id


async def ensure_known(use: "UseCases", tenant: "Tenant", wanted: ConflictFilter) -> None:
    """To be asked where nothing fits. Raises NotFound where the provider's id that was given is that of no record which
    is in step, or of which a person was ever asked.
    """
    if wanted.external_id is None:
        return
    whole = attrs.evolve(wanted, state=None, field=None)
    if (await use.readers.conflicts(tenant.id, whole, limit=1, offset=0)).count:
        return
    accounts = [one.id for one in await use.list_provider_accounts.gyms(tenant.id)]
    at = accounts if wanted.account_id is None else [wanted.account_id]
    kinds = use.sync.kinds if wanted.kind is None else (wanted.kind,)
    if not any([await use.sync.links.of_theirs(tenant.id, kind, wanted.external_id, at) for kind in kinds]):
        raise not_in_step(wanted.kind or "record", wanted.external_id)


async def ensure_one_record(
    use: "UseCases", tenant: "Tenant", found: Sequence[Conflict], wanted: ConflictFilter
) -> None:
    """Raises InvalidValue where the provider's id that was given is that of several records, NotFound as
    ``ensure_known``.
    """
    if wanted.external_id is None:
        return
    if not found:
        await ensure_known(use, tenant, wanted)
    if len({each.kind for each in found}) > 1:
        kinds = " and ".join(sorted({f"a {each.kind}" for each in found}))
        raise InvalidValue(f"{wanted.external_id} is {kinds}: say which by --kind", field="kind")
    if len({each.account_id for each in found}) > 1:
        one = wanted.external_id
        raise InvalidValue(f"several accounts have a {found[0].kind} {one}: write ACCOUNT/{one}", field="record")
