"""What only the random tokens do."""

from hashlib import sha256

from tresen.adapters.security.tokens import RandomTokens


def test_what_is_stored_is_sha_256_of_the_text() -> None:
    """FIPS 180-4 example: "abc"."""
    assert RandomTokens().hashed("abc").hex() == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert RandomTokens().hashed("ü") == sha256("ü".encode()).digest()
