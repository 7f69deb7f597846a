"""The seeds' USERLIST (``user1:pass1,user2:pass2``) becomes users with hashed passwords (D10, D12)."""

from collections.abc import Sequence

import attrs

from ...domain.identity.role import Role
from ...domain.identity.user import User
from ...domain.shared.contact import EmailAddress
from ...domain.shared.errors import InvalidValue
from ...domain.shared.ids import TenantId, UserId
from ..ports.clock import Clock, IdSource
from ..ports.secrets import PasswordHasher
from ..ports.unit_of_work import UnitOfWork
from ..transactions import Transactions


@attrs.frozen(kw_only=True)
class UserList:
    """``text`` as in the environment variable; names without ``@`` get ``@<domain>``; ``admins`` get that role."""

    tenant_id: TenantId
    text: str = attrs.field(repr=False)
    domain: str
    admins: frozenset[str] = frozenset()


@attrs.frozen
class Imported:
    """Who was created, and the addresses that were there already and stayed as they were."""

    created: tuple[User, ...]
    kept: tuple[str, ...]


def parse_user_list(text: str) -> Sequence[tuple[str, str]]:
    """Names and passwords. Raises InvalidValue naming the entry's position, never its password."""
    pairs = []
    for position, entry in enumerate((e for e in text.split(",") if e.strip()), start=1):
        name, colon, password = entry.strip().partition(":")
        if not (name and colon and password):
            raise InvalidValue(f"entry {position} is not of the form name:password", field="user_list")
        pairs.append((name, password))
    if not pairs:
        raise InvalidValue("the list is empty; it looks like name1:password1,name2:password2", field="user_list")
    return pairs


@attrs.frozen
class ImportUsers:
    """Short passwords are accepted as they are: the list is a way in from the old system. All entries or none."""

    _transactions: Transactions
    _hasher: PasswordHasher
    _clock: Clock
    _ids: IdSource

    async def __call__(self, command: UserList) -> Imported:
        """Create those that are not there yet."""
        entries = enumerate(parse_user_list(command.text), start=1)
        users = [await self._user(command, position, *entry) for position, entry in entries]

        async def add(uow: UnitOfWork) -> Imported:
            taken = await uow.users.taken([u.email.canonical for u in users])
            fresh = [u for u in users if u.email.canonical not in taken]
            for user in fresh:
                await uow.users.add(user)
            return Imported(tuple(fresh), tuple(sorted(taken)))

        return await self._transactions.run(command.tenant_id, "import_users", add)

    async def _user(self, command: UserList, position: int, name: str, password: str) -> User:
        email = EmailAddress((name if "@" in name else f"{name}@{command.domain}").strip())
        if not email.is_well_formed:
            # Not the name itself: it may be the second half of a password with a comma.
            raise InvalidValue(f"entry {position} does not begin with a name or e-mail address", field="user_list")
        return User(
            id=UserId(self._ids.new()),
            tenant_id=command.tenant_id,
            email=email,
            name=name,
            role=Role.ADMIN if name in command.admins else Role.ADVISER,
            password_hash=await self._hasher.hash(password),
            created_at=self._clock.now(),
        )
