"""Reading cron expressions."""

from abc import abstractmethod
from typing import Protocol

from ...domain.schedules.cron import CronFields


class CronParser(Protocol):
    """Knows the notation; when the expression ticks is the domain's business."""

    @abstractmethod
    def parse(self, expression: str) -> CronFields:
        """Five fields, or ``@daily`` and the like. Raises InvalidValue that says which field is wrong, and why."""
