"""How ids, instants and dates are stored.

PostgreSQL has types for them. SQLite gets what is small and sorts right: ids as 16 bytes, instants as whole
microseconds since 1970 in UTC, dates as ISO texts. ``to_sqlite`` is also called directly when rows go in in bulk.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any, ClassVar, TypeVar
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, Date, DateTime, Dialect, LargeBinary, Text, Uuid
from sqlalchemy.types import TypeDecorator, TypeEngine

from ..system import uuid_of

T = TypeVar("T")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECONDS_A_SECOND = 1_000_000
_SECONDS_A_DAY = 86_400
_REMEMBERED = 64


def to_microseconds(moment: datetime) -> int:
    """Microseconds since 1970 of an aware instant. Raises TypeError for a naive one."""
    since = moment - _EPOCH
    return (since.days * _SECONDS_A_DAY + since.seconds) * _MICROSECONDS_A_SECOND + since.microseconds


def from_microseconds(stored: int) -> datetime:
    """The instant, in UTC."""
    return _EPOCH + timedelta(microseconds=stored)


def _to_bytes(key: UUID) -> bytearray:
    # The sqlite3 module takes a bytearray at once, but asks around before it takes bytes: 0.1 against 0.4 µs.
    return bytearray(key.int.to_bytes(16, "big"))


# Half of those that are read are the tenant's.
@lru_cache(maxsize=64)
def _from_bytes(stored: bytes) -> UUID:
    return uuid_of(int.from_bytes(stored, "big"))


def _plain(key: UUID) -> UUID:
    return uuid_of(key.int)


class Stored(TypeDecorator[T]):
    """A type that SQLite stores in another form. ``cache_ok``: instances do not differ."""

    impl = Text
    cache_ok = True
    native: ClassVar[type[TypeEngine[Any]]]
    in_sqlite: ClassVar[type[TypeEngine[Any]]]
    to_sqlite: ClassVar[Any]
    from_sqlite: ClassVar[Any]
    # Whether the same values are in many rows.
    repeats: ClassVar[bool] = False

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """The column's type in that database."""
        return dialect.type_descriptor(self.in_sqlite() if dialect.name == "sqlite" else self._native())

    def _native(self) -> TypeEngine[Any]:
        return self.native()

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], Any] | None:
        """None where the driver does it, so that it costs nothing."""
        return _unless_none(self.to_sqlite) if dialect.name == "sqlite" else None

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any] | None:  # noqa: ARG002 - SQLAlchemy's signature
        """None where the driver does it."""
        if dialect.name != "sqlite":
            return None
        read = _unless_none(self.from_sqlite)
        return lru_cache(maxsize=_REMEMBERED)(read) if self.repeats else read


class Flag(Stored[bool]):
    """True or False; 1 or 0 in SQLite."""

    cache_ok = True
    native = Boolean
    in_sqlite = Boolean
    to_sqlite = int
    from_sqlite = bool
    repeats = True


class Blob(Stored[bytes]):
    """Bytes."""

    cache_ok = True
    native = LargeBinary
    in_sqlite = LargeBinary
    to_sqlite = bytearray
    from_sqlite = bytes


class Id(Stored[UUID]):
    """A UUID; it comes back as the standard library's, not as a driver's subclass."""

    cache_ok = True
    native = Uuid
    in_sqlite = LargeBinary
    to_sqlite = staticmethod(_to_bytes)
    from_sqlite = staticmethod(_from_bytes)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any] | None:  # noqa: ARG002 - SQLAlchemy's signature
        """From bytes, or from the driver's own class."""
        # What is remembered here need not be remembered twice.
        read = _from_bytes.__wrapped__ if dialect.name == "sqlite" else _plain
        return lru_cache(maxsize=_REMEMBERED)(_unless_none(read))


class Instant(Stored[datetime]):
    """An aware instant; it comes back in UTC."""

    cache_ok = True
    native = DateTime
    in_sqlite = BigInteger
    to_sqlite = staticmethod(to_microseconds)
    from_sqlite = staticmethod(from_microseconds)
    repeats = True

    def _native(self) -> TypeEngine[Any]:
        return DateTime(timezone=True)


class Day(Stored[date]):
    """A civil date."""

    cache_ok = True
    native = Date
    in_sqlite = Text
    to_sqlite = staticmethod(date.isoformat)
    from_sqlite = staticmethod(date.fromisoformat)


def _unless_none(convert: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: None if value is None else convert(value)
