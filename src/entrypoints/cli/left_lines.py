"""What is left to the staff at an account that Tresen may write to."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ...application.gym.left_to_staff import ALLOW_UNPROVEN
from ...domain.tenancy.provider_account import ProviderAccount
from .call import full_name
from .sync_held import command

if TYPE_CHECKING:
    from ...application.ports.gym import Operation
    from ..use_cases import UseCases


async def left_lines(use: "UseCases", account: ProviderAccount, tenant: str | None) -> list[str]:
    """Nothing where nothing is written anyway, or everything is. ``tenant`` is how it was named."""
    if not account.writes_enabled:
        return []
    left = await use.left_to_staff(account)
    lines = []
    if left.impossible:
        lines.append(f"left to the staff, as the provider's interface cannot do it: {_words(left.impossible)}")
    if left.unproven:
        allow = command(f"provider set {full_name(account)} {ALLOW_UNPROVEN}=true", tenant)
        lines.append(
            f"left to the staff, as nobody has seen it work there: {_words(left.unproven)}; "
            f"to have it tried, on a test account first: {allow}"
        )
    return lines


def _words(operations: "Sequence[Operation]") -> str:
    return ", ".join(operation.value.replace("_", " ") for operation in operations)
