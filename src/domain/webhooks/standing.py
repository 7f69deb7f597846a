"""How far a subject's deliveries have been applied."""

from datetime import datetime

import attrs

from ..shared.ids import AccountId, DeliveryId, TenantId
from .fact import Fact


@attrs.define(eq=False, kw_only=True)
class Standing:
    """Of one subject at a provider account: the greatest order that was applied (None: none came with one), by which
    delivery, and what that delivery's content was."""

    tenant_id: TenantId = attrs.field(on_setattr=attrs.setters.frozen)
    account_id: AccountId = attrs.field(on_setattr=attrs.setters.frozen)
    subject_kind: str = attrs.field(on_setattr=attrs.setters.frozen)
    subject_id: str = attrs.field(on_setattr=attrs.setters.frozen)
    order: tuple[int, ...] | None = None
    content_hash: bytes
    delivery_id: DeliveryId
    applied_at: datetime
    version: int = 0

    def is_past(self, fact: Fact) -> bool:
        """Whether something later was applied already."""
        return fact.order is not None and self.order is not None and fact.order < self.order

    def contradicts(self, fact: Fact, content_hash: bytes) -> bool:
        """Whether something with the same order and another content was applied: which one holds is not known."""
        return fact.order is not None and fact.order == self.order and content_hash != self.content_hash

    def advance(self, fact: Fact, *, content_hash: bytes, delivery_id: DeliveryId, now: datetime) -> None:
        """The fact is applied."""
        self.order = self.order if fact.order is None else fact.order
        self.content_hash, self.delivery_id, self.applied_at = content_hash, delivery_id, now
