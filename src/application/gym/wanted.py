"""What somebody wants done at a provider, and what a person is told who must do it."""

from collections.abc import Mapping

import attrs

from ...domain.staff.task import StaffTask, TaskReason
from ..membership.sale_terms import is_same_sale
from ..ports.gym import Operation

# A sale moves money: while nobody knows whether it was made, it is not made again.
_NEVER_TWICE = frozenset({Operation.CREATE_MEMBERSHIP})


@attrs.frozen(kw_only=True)
class Wanted:
    """What a person would have to do: in words, on what, and with every value that is needed.

    ``can_be_found`` False: asked again, the provider would make it a second time.
    """

    operation: Operation
    title: str
    subject: str
    details: Mapping[str, str | None]
    can_be_found: bool = True

    def without(self, left: "Wanted") -> "Wanted":
        """What of it is done where this is ``left``."""
        details = {name: value for name, value in self.details.items() if name not in left.details}
        return attrs.evolve(self, details=details)

    def may_be_done_by(self, old: StaffTask) -> bool:
        """Whether nobody knows if that was done, and it was the same."""
        if old.reason is not TaskReason.OUTCOME_UNKNOWN:
            return False
        return not self.can_be_found or (self.operation in _NEVER_TWICE and is_same_sale(old.details, self.details))
