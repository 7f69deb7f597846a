"""A new user of a tenant."""

import attrs

from ...domain.identity.role import MAY_GRANT, Role
from ...domain.identity.user import User, check_password
from ...domain.shared.contact import EmailAddress
from ...domain.shared.errors import NotAllowed
from ...domain.shared.ids import TenantId, UserId
from ..ports.clock import Clock, IdSource
from ..ports.secrets import PasswordHasher
from ..ports.unit_of_work import UnitOfWork
from ..transactions import Transactions


@attrs.frozen(kw_only=True)
class NewUser:
    """Who. ``granted_by`` is the role of whoever asks; None means somebody with access to the machine itself."""

    tenant_id: TenantId
    email: str
    name: str
    role: Role
    password: str = attrs.field(repr=False)
    granted_by: Role | None = None


@attrs.frozen
class CreateUser:
    """Raises InvalidValue, AlreadyExists (the e-mail address is taken in the installation), NotAllowed."""

    _transactions: Transactions
    _hasher: PasswordHasher
    _clock: Clock
    _ids: IdSource

    async def __call__(self, new: NewUser) -> User:
        """Make it."""
        if new.granted_by is not None and new.role not in MAY_GRANT[new.granted_by]:
            raise NotAllowed(
                f"nobody whose role is {new.granted_by.value} may make somebody {new.role.value}", role=new.role.value
            )
        check_password(new.password)
        user = User(
            id=UserId(self._ids.new()),
            tenant_id=new.tenant_id,
            email=EmailAddress.parse(new.email),
            name=new.name.strip() or new.email,
            role=new.role,
            password_hash=await self._hasher.hash(new.password),
            created_at=self._clock.now(),
        )

        async def add(uow: UnitOfWork) -> None:
            await uow.users.add(user)

        await self._transactions.run(new.tenant_id, "create_user", add)
        return user
