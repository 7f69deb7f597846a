"""A push that waits where nothing may be written any more."""

from ....domain.sync.push import Push
from ....domain.sync.schema import Schema
from ...ports.unit_of_work import UnitOfWork
from ..links.link_at import link_at
from ..links.reviving import waits_to_be_made
from .push_end import THERE_AFTER_ALL, PushEnd, withdrawn


async def how_withdrawn(uow: UnitOfWork, schema: Schema, push: Push) -> PushEnd | None:
    """How it ends by that. None: it goes on waiting, as in ``withdrawn``."""
    link = await link_at(uow, push.account_id, push.kind, push.local_id) if push.external_id is None else None
    if link is not None and not waits_to_be_made(link):
        return THERE_AFTER_ALL
    return withdrawn(schema, push, is_lost=link is not None)
