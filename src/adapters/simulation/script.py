"""Scripts: what happens in a simulated world, as data.

Records go by the name of whom they are about (``who``), which nobody edits; a step about somebody who is not there does
nothing. So any part of a script is a script, and a long one that fails can be made short.
"""

from collections.abc import Mapping

import attrs

from .steps.counter import CancelMembership, ConvertLead, EnterLead, UpdateLead, UpdateMembership
from .steps.decisions import LetGo, Reopen, Resolve, Undo, UndoChange, UndoRecord
from .steps.edits import (
    CreateHere,
    CreateThere,
    DeleteHere,
    DeleteThere,
    EditAtCounter,
    EditHere,
    EditThere,
    EnterAnew,
    Garble,
    Mend,
)
from .steps.runs import Accept, ApplyPlan, MakePlan, OnTime, Sync, Webhook
from .steps.settings import Expire, Forget, PassTime, Renew, SetPolicy, SetTenantPolicy, SetWrites
from .steps.step import Step


@attrs.frozen(kw_only=True)
class AccountSpec:
    """An account of tenant number ``tenant`` at a gym of its own. ``policies``: documents by kind of record.

    The gym's clock tells whole ``resolution_s`` seconds, and is ``ahead_s`` seconds ahead of ours (below 0: behind).
    """

    tenant: int = 0
    writes: bool = True
    page_size: int = 3
    resolution_s: int = 1
    ahead_s: int = 0
    habits: tuple[str, ...] = ()
    policies: Mapping[str, Mapping[str, object]] = attrs.field(factory=dict)


STEPS: Mapping[str, type[Step]] = {
    "edit_here": EditHere,
    "edit_at_counter": EditAtCounter,
    "enter_lead": EnterLead,
    "update_lead": UpdateLead,
    "convert_lead": ConvertLead,
    "cancel_membership": CancelMembership,
    "update_membership": UpdateMembership,
    "create_here": CreateHere,
    "delete_here": DeleteHere,
    "edit_there": EditThere,
    "create_there": CreateThere,
    "delete_there": DeleteThere,
    "enter_anew": EnterAnew,
    "garble": Garble,
    "mend": Mend,
    "expire": Expire,
    "renew": Renew,
    "forget": Forget,
    "set_policy": SetPolicy,
    "set_tenant_policy": SetTenantPolicy,
    "set_writes": SetWrites,
    "pass_time": PassTime,
    "sync": Sync,
    "webhook": Webhook,
    "on_time": OnTime,
    "make_plan": MakePlan,
    "apply_plan": ApplyPlan,
    "accept": Accept,
    "resolve": Resolve,
    "reopen": Reopen,
    "let_go": LetGo,
    "undo": Undo,
    "undo_change": UndoChange,
    "undo_record": UndoRecord,
}


@attrs.frozen(kw_only=True)
class Script:
    """A world and what happens in it. ``courses`` are those that are brought in step at the end."""

    seed: int = 0
    accounts: tuple[AccountSpec, ...]
    courses: tuple[str, ...]
    steps: tuple[Step, ...]
