"""What a stored run would have done under another policy: decided anew from its inputs, without asking the provider."""

from collections.abc import Callable, Mapping

import attrs

from ....domain.shared.errors import InvalidValue, NotFound
from ....domain.shared.ids import AccountId, PlanId, RunId, TenantId
from ....domain.sync.guards import Tally, Trip
from ....domain.sync.kept_plan import KeptPlan, Part
from ....domain.sync.plan import Difference, what_if
from ....domain.sync.policy import Policy, read_policy
from ....domain.sync.run import Run
from ....domain.sync.schema import Schema
from ....domain.sync.step import count
from ...ports.unit_of_work import UnitOfWork
from ...transactions import Transactions
from ..deciding.kept_steps import AT_ONCE, ensure_own, grouped, of_todays_fields, read_steps, stale_plan
from ..policies.allowed import narrowed
from ..policies.policy_book import PolicyBook


@attrs.frozen(kw_only=True)
class WhatIfReport:
    """``steps`` were decided anew, by kind; ``differences`` would have come out otherwise, each with its kind, no more
    than were asked for; ``different`` counts all of them. ``trips``: the guards that would have held it, each with its
    kind. ``own_laws``: by kind, where another default was asked for, the fields that go by a law of their own all the
    same, each with it.
    """

    plan: KeptPlan
    steps: Mapping[str, int]
    own_laws: Mapping[str, Mapping[str, str]]
    different: int
    differences: tuple[tuple[str, Difference], ...]
    trips: tuple[tuple[str, Trip], ...]


@attrs.define
class _Part:
    schema: Schema
    policy: Policy
    tally: Tally
    own_laws: Mapping[str, str]
    steps: int = 0


@attrs.frozen
class WhatIf:
    """``policies`` are documents by kind of record, on top of what holds now; what the account did not allow when the
    plan was made, none of them allows. ``schemas``: those of a region, in which phone numbers are read, by kind. What
    the plan says of fields that a later version of the kind does not have is passed over.

    Raises NotFound (also for a run that decided nothing: a first load, a quiet one; and for one so old that its steps
    are no longer kept), InvalidValue, IllegalTransition for one that was never finished, PlanStale for one that cannot
    be read any more.
    """

    _transactions: Transactions
    _policies: PolicyBook
    _schemas: Callable[[str], Mapping[str, Schema]]

    async def __call__(
        self,
        tenant_id: TenantId,
        policies: Mapping[str, Mapping[str, object]],
        *,
        run_id: RunId | None = None,
        plan_id: PlanId | None = None,
        limit: int = 100,
    ) -> WhatIfReport:
        """Reads only."""

        async def ask(uow: UnitOfWork) -> WhatIfReport:
            schemas = self._schemas(uow.tenant.region)
            unknown = sorted(policies.keys() - schemas.keys())
            if unknown:
                known = ", ".join(schemas)
                raise InvalidValue(f"{unknown[0]} is no kind of record: {known}", field=f"policies.{unknown[0]}")
            plan = await uow.plans.get(await _plan_of(uow, run_id, plan_id))
            plan.ensure_whole()
            other = next((part.kind for part in plan.parts if part.kind not in schemas), None)
            if other is not None:
                raise stale_plan(plan, f"{other} is no kind of record that is synced")
            parts = {
                part.kind: await self._part(uow, plan.account_id, part, schemas[part.kind], policies.get(part.kind, {}))
                for part in plan.parts
            }
            return await self._decide(uow, plan, parts, limit)

        return await self._transactions.read(tenant_id, ask)

    async def _part(
        self, uow: UnitOfWork, account_id: AccountId, part: Part, schema: Schema, document: Mapping[str, object]
    ) -> _Part:
        below = await self._policies.effective(uow, account_id, schema)
        try:
            policy = read_policy(document, schema, self._policies.laws, below=below)
        except InvalidValue as error:
            raise InvalidValue(error.message, field=f"policies.{part.kind}.{error.details['field']}") from None
        own = _own_laws(policy, schema, document) if "default" in document else {}
        return _Part(schema, narrowed(policy, {*part.permits, *part.allows}), Tally(shared=part.shared), own)

    async def _decide(self, uow: UnitOfWork, plan: KeptPlan, parts: Mapping[str, _Part], limit: int) -> WhatIfReport:
        different, found, start = 0, list[tuple[str, Difference]](), 0
        while rows := await uow.plans.steps(plan.id, start=start, limit=AT_ONCE):
            read = read_steps(plan, rows, self._policies.laws)
            ensure_own(plan, read, parts)
            for kind, kept in grouped(read):
                part = parts[kind]
                schema = part.schema
                part.steps += len(kept)
                steps = [of_todays_fields(step, schema) for step in kept]
                for step in steps:
                    instead = attrs.evolve(step, decision=step.inputs.decide(schema, part.policy))
                    count(instead, schema, part.tally)
                differences = list(what_if(schema, part.policy, steps))
                different += len(differences)
                found += [(kind, each) for each in differences[: max(0, limit - len(found))]]
            start = rows[-1][0] + 1
        if not start and any(part.actions for part in plan.parts):
            raise NotFound("steps of plan", plan.id)
        return WhatIfReport(
            plan=plan,
            steps={kind: part.steps for kind, part in parts.items()},
            own_laws={kind: part.own_laws for kind, part in parts.items() if part.own_laws},
            different=different,
            differences=tuple(found),
            trips=_trips(parts),
        )


def _own_laws(policy: Policy, schema: Schema, document: Mapping[str, object]) -> Mapping[str, str]:
    """Those of fields that were not asked for, where they are other laws than the default."""
    fields = document.get("fields")
    asked = fields if isinstance(fields, Mapping) else {}
    laws = {field.name: policy.law(field).name for field in schema.fields if field.name not in asked}
    return {name: law for name, law in laws.items() if law != policy.default.name}


def _trips(parts: Mapping[str, _Part]) -> tuple[tuple[str, Trip], ...]:
    return tuple((kind, trip) for kind, part in parts.items() for trip in part.tally.trips(part.policy.guards))


async def _plan_of(uow: UnitOfWork, run_id: RunId | None, plan_id: PlanId | None) -> PlanId:
    if plan_id is not None:
        return plan_id
    if run_id is None:
        raise NotFound("plan", "of no run")
    run = await uow.runs.get(run_id)
    if run.plan_id is None:
        raise _kept_nothing(run)
    return run.plan_id


def _kept_nothing(run: Run) -> NotFound:
    error = NotFound("plan of run", run.id)
    error.message = (
        "this run was a first load, which keeps no steps that could be decided anew: name a later one"
        if run.is_first_load
        else "this run had nothing to decide: name a sync that changed something"
    )
    return error
