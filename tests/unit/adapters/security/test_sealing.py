"""What only the AES-GCM box does: keys."""

import base64

import pytest

from tresen.adapters.security.sealing import AesGcmSecretBox, new_key
from tresen.domain.shared.errors import NotConfigured

RAW = bytes(range(224, 256))


@pytest.mark.parametrize("key", [None, ""])
def test_without_a_key_nothing_is_sealed_or_opened(key: str | None) -> None:
    box = AesGcmSecretBox(key)
    with pytest.raises(NotConfigured, match="TRESEN_SECRET_KEY"):
        box.seal("secret")
    with pytest.raises(NotConfigured, match="TRESEN_SECRET_KEY"):
        box.open(b"\x01" + bytes(40))


@pytest.mark.parametrize(
    "key",
    [
        "short",
        "correct horse battery staple",
        base64.b64encode(RAW[:31]).decode(),
        base64.b64encode(RAW + b"x").decode(),
        "ä" * 44,
        "*" * 44,
    ],
)
def test_what_is_no_key_is_refused_at_once_and_not_shown(key: str) -> None:
    with pytest.raises(NotConfigured) as refused:
        AesGcmSecretBox(key)
    assert key not in str(refused.value)


def test_a_key_may_be_written_in_either_alphabet() -> None:
    plain, url_safe = base64.b64encode(RAW).decode(), base64.urlsafe_b64encode(RAW).decode()
    assert plain != url_safe
    assert AesGcmSecretBox(f" {plain}\n").open(AesGcmSecretBox(url_safe).seal("ü")) == "ü"


def test_new_keys_are_keys_and_differ() -> None:
    assert new_key() != new_key()
    assert AesGcmSecretBox(new_key()).seal("secret")


def test_the_key_does_not_show() -> None:
    key = new_key()
    assert key not in repr(AesGcmSecretBox(key))
    assert "None" in repr(AesGcmSecretBox(None))


def test_what_is_sealed_today_can_be_opened_tomorrow() -> None:
    """The format is kept in databases: this text was sealed once and for all."""
    sealed = base64.b64decode(SEALED)
    assert AesGcmSecretBox(base64.b64encode(RAW).decode()).open(sealed) == "api key 4711"


SEALED = "AVMqelEhcFEcd6RkPYmAd9n7zrcnKnI1ssfCQUF4ZWjkNLHSLj6nU1U="
