"""What hashing and sealing promise (ports/secrets.py)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tresen.adapters.security.passwords import Argon2PasswordHasher
from tresen.adapters.security.sealing import AesGcmSecretBox, new_key
from tresen.adapters.security.tokens import RandomTokens
from tresen.application.ports.secrets import IssuedToken, PasswordHasher, SecretBox, TokenSource
from tresen.domain.shared.errors import NotConfigured

from .kinds import ODD

KEY = new_key()


@pytest.fixture(params=["argon2"])
def hasher() -> PasswordHasher:
    return Argon2PasswordHasher(memory_kib=8, passes=1, lanes=1)


@pytest.fixture(params=["random"])
def tokens() -> TokenSource:
    return RandomTokens()


@pytest.fixture(params=["aes-gcm"])
def box() -> SecretBox:
    return AesGcmSecretBox(KEY)


@pytest.mark.parametrize("password", ["correct horse", ODD, "", " ", "\x00", "x" * 1_000, "\ud800"])
async def test_a_password_belongs_to_its_hash_only(hasher: PasswordHasher, password: str) -> None:
    hashed = await hasher.hash(password)
    assert await hasher.verify(password, hashed)
    for wrong in (password + "x", password + " ", "another", password + "\x00"):
        assert not await hasher.verify(wrong, hashed)


async def test_hashes_are_salted_and_do_not_show_the_password(hasher: PasswordHasher) -> None:
    first, second = await hasher.hash("correct horse"), await hasher.hash("correct horse")
    assert first != second
    assert "correct" not in first


async def test_nobody_has_no_password(hasher: PasswordHasher) -> None:
    for password in ("", "correct horse"):
        assert await hasher.verify(password, None) is False


@pytest.mark.parametrize("hashed", ["", "x", "$argon2id$", "$argon2id$v=19$m=8,t=1,p=1$AAAA$BBBB", "correct horse"])
async def test_what_is_no_hash_belongs_to_no_password(hasher: PasswordHasher, hashed: str) -> None:
    assert not await hasher.verify("correct horse", hashed)


def test_tokens_begin_with_the_prefix_and_are_recognised(tokens: TokenSource) -> None:
    issued = tokens.issue("tk_")
    assert issued.text.startswith("tk_")
    assert tokens.hashed(issued.text) == issued.hashed
    assert tokens.hashed(issued.text + "x") != issued.hashed
    assert tokens.hashed(issued.text[3:]) != issued.hashed


def test_no_two_tokens_are_alike_and_all_are_long(tokens: TokenSource) -> None:
    issued = [tokens.issue("") for _ in range(1_000)]
    assert len({one.text for one in issued}) == len({one.hashed for one in issued}) == 1_000
    # 256 bits take 43 characters of an alphabet of 64.
    assert min(len(one.text) for one in issued) >= 43
    assert all(one.text.isascii() and " " not in one.text for one in issued)


def test_a_token_does_not_show_in_logs(tokens: TokenSource) -> None:
    issued = tokens.issue("tk_")
    assert repr(issued) == repr(IssuedToken("", b""))


def test_any_text_has_a_hash(tokens: TokenSource) -> None:
    """What a stranger sends as a token is a wrong token, never a crash."""
    assert len({tokens.hashed(text) for text in ("", ODD, "\ud800", "\x00")}) == 4


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_what_is_sealed_can_be_opened(plain: str) -> None:
    assert AesGcmSecretBox(KEY).open(AesGcmSecretBox(KEY).seal(plain)) == plain


def test_sealing_the_same_twice_looks_different_and_shows_nothing(box: SecretBox) -> None:
    first, second = box.seal("api key 4711"), box.seal("api key 4711")
    assert first != second
    assert b"4711" not in first


def test_another_key_does_not_open_it(box: SecretBox) -> None:
    with pytest.raises(NotConfigured):
        AesGcmSecretBox(new_key()).open(box.seal("secret"))


def test_one_changed_bit_anywhere_is_noticed(box: SecretBox) -> None:
    sealed = box.seal("secret")
    for position in range(len(sealed)):
        damaged = bytearray(sealed)
        damaged[position] ^= 1
        with pytest.raises(NotConfigured):
            box.open(bytes(damaged))


def test_what_was_cut_off_or_never_sealed_is_noticed(box: SecretBox) -> None:
    sealed = box.seal("secret")
    for damaged in (b"", sealed[:1], sealed[:13], sealed[:-1], sealed[1:], sealed + b"\x00", b"secret"):
        with pytest.raises(NotConfigured):
            box.open(damaged)
