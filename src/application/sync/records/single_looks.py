"""Asks the provider for single records, one after the other."""

from collections.abc import Sequence

import attrs

from ....domain.shared.errors import CredentialsRefused, GatewayError, GatewayRejected
from ....domain.sync.run import SyncError
from ...ports.sources import Observed, Source
from .scope import Scope

# So many failures one after the other are an outage, and not a matter of the single record.
_PATIENCE = 3


@attrs.define
class Looked:
    """``errors``: what the provider would not show. ``outage``: why it was not asked for the others."""

    shown: list[Observed] = attrs.field(factory=list)
    gone: list[str] = attrs.field(factory=list)
    errors: list[SyncError] = attrs.field(factory=list)
    outage: GatewayError | None = None


class AnotherRecord(GatewayRejected):
    """The provider was asked for one record and shows another: nothing may be concluded or written because of it."""


async def get_that(source: Source, external_id: str) -> Observed | None:
    """One record. Raises AnotherRecord, and what the source raises."""
    one = await source.get(external_id)
    if one is not None and one.external_id != external_id:
        raise AnotherRecord(f"the provider answers with another record: {one.external_id!r}")
    return one


async def look_at(source: Source, scope: Scope, kind: str, external_ids: Sequence[str]) -> Looked:
    """Each of them. One that fails is an error of that record, unless the provider is out of order.

    Raises CredentialsRefused.
    """
    looked, failures = Looked(), 0
    for external_id in external_ids:
        try:
            one = await get_that(source, external_id)
        except CredentialsRefused:
            raise
        except GatewayError as error:
            failures = 0 if isinstance(error, GatewayRejected) else failures + 1
            if failures == _PATIENCE:
                looked.outage = error
                break
            looked.errors.append(scope.error(kind, external_id, error))
            continue
        failures = 0
        if one is None:
            looked.gone.append(external_id)
        else:
            looked.shown.append(one)
    return looked
