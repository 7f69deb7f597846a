"""Timings as people write them."""

import attrs

from ...domain.schedules.timing import Cron, Every, Timing
from ...domain.shared.errors import InvalidValue
from ..ports.cron import CronParser

DEFAULT_ZONE = "UTC"


@attrs.frozen(kw_only=True)
class TimingText:
    """``every_s`` seconds, or a ``cron`` expression in an IANA ``zone``; what is None is not said."""

    every_s: int | None = None
    cron: str | None = None
    zone: str | None = None


@attrs.frozen
class Timings:
    """Makes timings of texts."""

    _parser: CronParser

    def read(self, text: TimingText, former: Timing | None = None) -> Timing:
        """The timing; a zone alone moves a ``former`` cron timing, and without one a new expression keeps its zone.

        Raises InvalidValue that names the field: neither or both of interval and expression, a zone of an interval,
        a bad expression, an unknown zone, an interval out of bounds.
        """
        if text.every_s is not None:
            if text.cron is not None:
                raise InvalidValue("a schedule has an interval or a cron expression, not both", field="cron")
            if text.zone is not None:
                raise InvalidValue("an interval has no zone: it follows elapsed time", field="zone")
            return Every(text.every_s)
        known = former if isinstance(former, Cron) else None
        zone = text.zone if text.zone is not None else known.zone if known else DEFAULT_ZONE
        if text.cron is not None:
            return Cron(text.cron.strip(), self._parser.parse(text.cron), zone)
        if known is not None and text.zone is not None:
            return Cron(known.expression, known.fields, zone)
        if text.zone is not None and former is not None:
            raise InvalidValue("an interval has no zone: it follows elapsed time", field="zone")
        raise InvalidValue("a schedule needs an interval or a cron expression", field="every_s")
