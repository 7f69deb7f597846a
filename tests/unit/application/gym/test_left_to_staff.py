"""What is left to the staff although Tresen may write: it is told before anybody sells."""

import pytest

from tresen.adapters.memory.gym_providers import MemoryGymProviders
from tresen.application.gym.left_to_staff import Left, LeftToStaff
from tresen.application.ports.gym import Operation, Support
from tresen.domain.tenancy.provider_account import CredentialState

from ..studio import Studio


async def left(studio: Studio) -> Left:
    return await LeftToStaff(MemoryGymProviders(studio.gyms_by_address))(studio.stored_account())


@pytest.mark.parametrize(("allowed", "unproven"), [("false", [Operation.CREATE_MEMBERSHIP]), ("true", [])])
async def test_what_was_never_seen_to_work_is_left_until_the_setting_is_given(
    studio: Studio, allowed: str, unproven: list[Operation]
) -> None:
    studio.gym._support[Operation.CREATE_MEMBERSHIP] = Support.UNPROVEN
    studio.gym._support[Operation.CONVERT_LEAD] = Support.NONE
    studio.change_account(settings={"allow_unproven": allowed})
    assert await left(studio) == Left(unproven=unproven, impossible=[Operation.CONVERT_LEAD])
    assert studio.gym.faults.calls == []


async def test_of_an_account_that_cannot_be_used_nothing_is_told(studio: Studio) -> None:
    studio.gym._support[Operation.CREATE_MEMBERSHIP] = Support.UNPROVEN
    studio.change_account(credential_state=CredentialState.BLOCKED)
    assert await left(studio) == Left()
    studio.change_account(credential_state=CredentialState.OK, provider="calendars")
    assert await left(studio) == Left()
