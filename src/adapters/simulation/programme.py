"""What a run's calls run into: counted over provider and store, so that a fault can be put at any of them."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from ...domain.shared.errors import CredentialsRefused, CursorExpired, GatewayError, GatewayRejected, GatewayUnavailable
from ..memory.faults import Fault as Planned
from ..memory.faults import Faults
from .steps.runs import Fault, Meanwhile
from .steps.step import Step
from .trail import Trail
from .words import CREATE, DELETE, LIST, PUSH

_BEFORE: dict[str, Callable[[], GatewayError]] = {
    "lost": lambda: GatewayUnavailable("the request was lost"),
    "429": lambda: GatewayUnavailable("too many requests", retry_after_s=1),
    "5xx": lambda: GatewayUnavailable("the provider is down"),
    "rejected": lambda: GatewayRejected("the provider does not take it"),
}
# What changes an answer, and goes by the one call at which it was planned.
_BENDS = frozenset({"partial", "short", "ignored", "duplicate", "reorder"})
_WRITES = frozenset({PUSH, CREATE, DELETE})
# What calls begin with that change a record at a counter.
_CHANGES = frozenset({"update", "cancel", "convert"})


class Killed(BaseException):
    """The process died here."""


class Process:
    """A process of Tresen: whatever it calls after its death raises Killed again, so that it has no effect.

    ``overtaken`` come before its commit number ``at``, which then collides.
    """

    def __init__(self, dies_at: int | None = None, overtaken: Sequence[Meanwhile] = ()) -> None:
        self.calls = 0
        self.commits = 0
        self.dead = False
        self._dies_at = dies_at
        self._overtaken = {each.at: each.step for each in overtaken}

    def touch(self) -> None:
        """It calls a port."""
        if self.dead or self.calls == self._dies_at:
            self.dead = True
            raise Killed
        self.calls += 1

    def commit(self) -> Step | None:
        """It commits; what somebody else was faster with."""
        number, self.commits = self.commits, self.commits + 1
        return self._overtaken.get(number)


class Programme(Faults):
    """The faults of one gym, exchanged for every run. ``act`` does what people do meanwhile.

    While ``expired``, it takes no call; ``refusals`` counts those of a run. ``effect`` is told, once, just before the
    next call takes effect.
    """

    def __init__(self, act: Callable[[Step], None]) -> None:
        super().__init__()
        self._act = act
        self.process = Process()
        self.bend: str | None = None
        self.expired = False
        self.effect: Callable[[], None] = _nothing
        self.begin(Process())

    def begin(self, process: Process, faults: Sequence[Fault] = (), meanwhile: Sequence[Meanwhile] = ()) -> None:
        """Another run."""
        self.process = process
        self.made = self.refusals = 0
        self.calls = []
        self.trail = Trail()
        self._sorts: Counter[str] = Counter()
        self._at: dict[tuple[str | None, int], str] = {(fault.call, fault.at): fault.what for fault in faults}
        self._meanwhile = list(meanwhile)
        self.hit: list[str] = []

    @contextmanager
    def beside(
        self, process: Process, faults: Sequence[Fault] = (), meanwhile: Sequence[Meanwhile] = ()
    ) -> Iterator[None]:
        """Another process calls. Whoever was at it goes on afterwards as if nobody had."""
        before = dict(vars(self))
        self.effect = _nothing
        self.begin(process, faults, meanwhile)
        try:
            yield
        finally:
            vars(self).update({**before, "expired": self.expired})

    def take(self, call: str) -> Planned | None:
        """Faults come page by page."""
        self.calls.append(call)
        return None

    def turn(self, call: str, page: int, fault: Planned | None) -> None:  # noqa: ARG002 - as the port has it
        """A page is asked for."""
        self._reach(call)

    @contextmanager
    def around(self, call: str) -> Iterator[None]:
        """A call with an effect."""
        self.take(call)
        what = self._reach(call)
        effect, self.effect = self.effect, _nothing
        effect()
        yield
        if what == "timeout-after-commit":
            raise GatewayUnavailable("no answer came in time")
        self.process.touch()

    def _reach(self, call: str) -> str | None:
        self.process.touch()
        what = self._due(call)
        self.bend = None
        if self.expired:
            self.refusals += 1
            raise CredentialsRefused("the credentials have expired")
        if what is None:
            return None
        self.hit.append(f"{what}@{call}")
        if what in _BENDS:
            self.bend = what
        elif what == "410":
            if call.endswith(".changes"):
                raise CursorExpired("the provider no longer knows where changes went on")
        elif what == "timeout-after-commit":
            if _sort(call) not in _WRITES:
                raise GatewayUnavailable("no answer came in time")
        else:
            error = _BEFORE[what]()
            raise error
        return what

    def _due(self, call: str) -> str | None:
        """Count a call, and let happen what was to happen before it; what it runs into."""
        number, self.made = self.made, self.made + 1
        sort = _sort(call)
        nth, self._sorts[sort] = self._sorts[sort], self._sorts[sort] + 1
        for each in [m for m in self._meanwhile if m.at == number]:
            self._meanwhile.remove(each)
            self._act(each.step)
        planned = self._at.pop((None, number), None)
        return self._at.pop((sort, nth), None) or planned


def _sort(call: str) -> str:
    """Of calls; what is asked of the provider at a counter makes or changes something there."""
    verb = call.partition("_")[0]
    return call.partition(".")[2] or (PUSH if verb in _CHANGES else verb if verb == CREATE else LIST)


def _nothing() -> None:
    """Nobody is told."""
