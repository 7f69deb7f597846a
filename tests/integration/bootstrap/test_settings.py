"""Settings from environment and file; the secret key that is made when none is given."""

import stat
from pathlib import Path

import pytest
import typed_settings as ts

from tresen.adapters.security.sealing import new_key
from tresen.bootstrap.settings import Settings, load_settings, secret_key, without_password
from tresen.domain.shared.errors import NotConfigured


@pytest.fixture(autouse=True)
def nothing_given(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("TRESEN_DATA_DIR", str(tmp_path / "data"))


def test_defaults_need_no_file(tmp_path: Path) -> None:
    settings = load_settings()
    assert settings.effective_database_url == f"sqlite:///{tmp_path / 'data' / 'tresen.db'}"
    assert settings.secret_key.get_secret_value() == ""


def test_the_environment_outranks_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = '[tresen]\nlog_level = "ERROR"\npublic_url = "https://desk.example"\ncors_origins = ["https://a.example"]\n'
    (tmp_path / "tresen.toml").write_text(file, encoding="utf-8")
    monkeypatch.setenv("TRESEN_LOG_LEVEL", "debug")
    settings = load_settings()
    assert (settings.log_level, settings.public_url) == ("DEBUG", "https://desk.example")
    assert settings.cors_origins == ("https://a.example",)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("TRESEN_LOG_LEVEL", "loud", "log_level is one of"),
        ("TRESEN_LOG_FORMAT", "xml", "log_format is one of"),
        ("TRESEN_PRINCIPAL_LIMIT", "0", "principal_limit"),
        ("TRESEN_PRINCIPAL_LIMIT", "many", "many"),
        ("TRESEN_ALLOW_PRIVATE_ADDRESSES", "perhaps", "perhaps"),
    ],
)
def test_what_cannot_be_used_is_named(name: str, value: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(NotConfigured, match=said):
        load_settings()


@pytest.mark.parametrize("content", [b"not toml", b"[tresen]\nno_such_setting = 1\n", b'[tresen]\nlog_level = "\xff"'])
def test_a_file_that_cannot_be_used_is_told(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "tresen.toml").write_bytes(content)
    with pytest.raises(NotConfigured):
        load_settings()


def test_lists_come_from_texts_with_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRESEN_TRUSTED_PROXIES", " 10.0.0.0/8, 192.168.0.0/16 ,")
    monkeypatch.setenv("TRESEN_CORS_ORIGINS", "")
    settings = load_settings()
    assert settings.trusted_proxies == ("10.0.0.0/8", "192.168.0.0/16")
    assert settings.cors_origins == ()


def test_secrets_are_masked_wherever_settings_are_shown() -> None:
    key = new_key()
    settings = Settings(secret_key=ts.Secret(key), database_url="postgresql://desk:hunter2@db/tresen")
    assert key not in repr(settings)
    assert "hunter2" not in repr(settings)
    assert "desk:***@db/tresen" in repr(settings)


@pytest.mark.parametrize("url", ["sqlite:////a/b.db", "postgresql://desk@db/tresen", ""])
def test_addresses_without_a_password_are_shown_whole(url: str) -> None:
    assert without_password(url) == url


def test_a_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "new")
    key = secret_key(settings)
    assert secret_key(settings) == key
    assert stat.S_IMODE((tmp_path / "new" / "secret.key").stat().st_mode) == 0o600
    assert [p.name for p in (tmp_path / "new").iterdir()] == ["secret.key"]


def test_a_given_key_is_taken_and_nothing_written(tmp_path: Path) -> None:
    key = new_key()
    assert secret_key(Settings(data_dir=tmp_path / "new", secret_key=ts.Secret(key))) == key
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("content", [b"", b" \n", b"\xff\xfe"])
def test_a_key_file_without_a_key_is_named_and_kept(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "secret.key"
    file.write_bytes(content)
    with pytest.raises(NotConfigured, match=r"secret\.key"):
        secret_key(Settings(data_dir=tmp_path))
    assert file.read_bytes() == content


def test_a_data_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    with pytest.raises(NotConfigured, match="TRESEN_DATA_DIR"):
        secret_key(Settings(data_dir=tmp_path / "file" / "data"))
