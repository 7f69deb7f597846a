"""At rest: who was lost at a provider, stayed here, and was entered there anew is not here twice, unless a person was
asked.
"""

from collections.abc import Iterator

from ...domain.sync.conflict import PAIRING, ConflictState
from ...domain.sync.decision import WHOLE
from ...domain.sync.record import SyncRecord
from .broken import Broken
from .people import Anew, Origins
from .world import World


def unasked(world: World, origins: Origins) -> Iterator[Broken]:
    """Those who are here twice without that. What an undo brings back is not looked at, nor who has another address."""
    for one in origins.anew:
        tenant = world.specs[one.account].tenant
        if tenant not in origins.undone and _is_twice(world, one) and not _was_asked(world, one):
            made = f"{one.kind} {one.made} of account {one.account}"
            yield Broken("asked-anew", f"{made} is here beside {one.lost}, which was lost there, and nobody was asked")


def _is_twice(world: World, one: Anew) -> bool:
    links = {link.external_id: link for link in world.links(one.account, one.kind)}
    if one.lost not in links or one.made not in links:
        return False
    addresses = [_address(world, one, links[key]) for key in (one.lost, one.made)]
    return addresses[0] is not None and addresses[0] == addresses[1]


def _address(world: World, one: Anew, link: SyncRecord) -> object:
    entity = world.table(world.room(world.specs[one.account].tenant), one.kind).find(link.local_id)
    said = None if entity is None else world.values(one.kind, entity).get("email")
    return None if said is None else world.schema(one.kind).by_name["email"].canonical(said)


def _was_asked(world: World, one: Anew) -> bool:
    """Whose the new one is, at any time, or what becomes of the lost one, as it stands."""
    account_id = world.account_ids[one.account]
    for row in world.room(world.specs[one.account].tenant).conflicts.rows():
        if (row.account_id, row.kind) == (account_id, one.kind):
            if (row.external_id, row.field) == (one.made, PAIRING):
                return True
            if (row.external_id, row.field, row.state) == (one.lost, WHOLE, ConflictState.OPEN):
                return True
    return False
