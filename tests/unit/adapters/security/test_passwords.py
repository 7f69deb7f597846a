"""What only the argon2 hasher does."""

import asyncio
import threading

import argon2
import pytest

from tresen.adapters.security.passwords import Argon2PasswordHasher


@pytest.fixture
def hasher() -> Argon2PasswordHasher:
    return Argon2PasswordHasher(memory_kib=8, passes=1, lanes=1)


def test_the_parameters_are_those_of_rfc_9106() -> None:
    """§4, second recommended option; the defaults, read off the hash for unknown users."""
    expected = argon2.profiles.RFC_9106_LOW_MEMORY
    assert argon2.extract_parameters(Argon2PasswordHasher()._nobody) == expected


async def test_an_unknown_user_costs_as_much_as_a_known_one(hasher: Argon2PasswordHasher) -> None:
    """Both are one verification with the same parameters."""
    known = argon2.extract_parameters(await hasher.hash("correct horse"))
    assert argon2.extract_parameters(hasher._nobody) == known


async def test_an_unknown_user_is_really_verified(
    hasher: Argon2PasswordHasher, monkeypatch: pytest.MonkeyPatch
) -> None:
    verified: list[str | bytes] = []

    def verify(_: argon2.PasswordHasher, hashed: str | bytes, password: str | bytes) -> bool:
        verified.append(hashed)
        raise argon2.exceptions.VerifyMismatchError

    monkeypatch.setattr(argon2.PasswordHasher, "verify", verify)
    assert not await hasher.verify("correct horse", None)
    assert verified == [hasher._nobody]


async def test_two_ways_to_type_a_password_are_one(hasher: Argon2PasswordHasher) -> None:
    assert await hasher.verify("Bu\u0308ro", await hasher.hash("B\u00fcro"))
    assert await hasher.verify("\ufb01x", await hasher.hash("fix"))
    assert not await hasher.verify("Buro", await hasher.hash("Büro"))


async def test_other_parameters_of_an_older_hash_still_count(hasher: Argon2PasswordHasher) -> None:
    older = Argon2PasswordHasher(memory_kib=16, passes=2, lanes=1)
    assert await hasher.verify("correct horse", await older.hash("correct horse"))


async def test_only_so_many_are_computed_at_a_time_and_never_on_the_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    hasher = Argon2PasswordHasher(memory_kib=8, passes=1, lanes=1, at_once=2)
    state = {"now": 0, "most": 0}
    guard, pair = threading.Lock(), threading.Barrier(2)

    def hash_slowly(_: argon2.PasswordHasher, password: bytes) -> str:
        assert threading.current_thread() is not threading.main_thread()
        with guard:
            state["now"] += 1
            state["most"] = max(state["most"], state["now"])
        pair.wait(timeout=10)
        with guard:
            state["now"] -= 1
        return "hashed"

    monkeypatch.setattr(argon2.PasswordHasher, "hash", hash_slowly)
    await asyncio.gather(*(hasher.hash(str(n)) for n in range(6)))
    assert state == {"now": 0, "most": 2}
