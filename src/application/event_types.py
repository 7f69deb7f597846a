"""The types of events that an installation knows, so that a slip of the pen is seen when it is made."""

from collections.abc import Iterable, Sequence

import attrs

from ..domain.leads.events import LeadCaptured, LeadChanged, LeadConverted, LeadMerged, LeadRemoved, LeadStageChanged
from ..domain.membership.events import (
    MemberChanged,
    MemberCreated,
    MemberRemoved,
    MembershipRemoved,
    MembershipStatusChanged,
)
from ..domain.shared.errors import InvalidValue
from ..domain.sync.events import ConflictOpened, ConflictResolved, ConflictSettled
from ..domain.webhooks.endpoint import EndpointDisabled
from ..domain.webhooks.event_filter import EVERYTHING, is_wanted

_OURS = (
    ConflictOpened,
    ConflictResolved,
    ConflictSettled,
    LeadCaptured,
    LeadChanged,
    LeadConverted,
    LeadMerged,
    LeadRemoved,
    LeadStageChanged,
    MemberChanged,
    MemberCreated,
    MemberRemoved,
    MembershipRemoved,
    MembershipStatusChanged,
    EndpointDisabled,
)
# What providers tell: providers add words of their own.
_PROVIDER = "provider."


@attrs.frozen
class EventTypes:
    """Ours, those that begin with ``provider.``, and ``added``: what embedders record."""

    added: Sequence[str] = ()

    @property
    def all(self) -> Sequence[str]:
        """Sorted; ``provider.*`` stands for what providers tell."""
        return sorted({*(event.type for event in _OURS), *self.added, f"{_PROVIDER}*"})

    def unknown(self, filters: Iterable[str]) -> Sequence[str]:
        """Those of the filters that let no type pass that could ever come."""
        return [one for one in filters if not (one == EVERYTHING or one.startswith(_PROVIDER) or self._matches(one))]

    def check(self, filters: Iterable[str]) -> None:
        """Raises InvalidValue (field ``events``) when one of them is unknown."""
        if unknown := self.unknown(filters):
            raise InvalidValue(
                f"no event has a type like {', '.join(unknown)}; there are {', '.join(self.all)}", field="events"
            )

    def _matches(self, one: str) -> bool:
        return any(is_wanted((one,), type_) for type_ in self.all)
