"""Settings: environment (``TRESEN_*``), then ``tresen.toml``, then defaults that need neither."""

import os
import secrets
from collections.abc import Callable
from pathlib import Path

import attrs
import platformdirs
import typed_settings as ts
from typed_settings.converters import get_default_cattrs_converter, register_strlist_hook
from typed_settings.exceptions import TsError

from ..adapters.security.sealing import new_key
from ..domain.shared.errors import NotConfigured

_APP = "tresen"
_KEY_FILE = "secret.key"


def _data_dir() -> Path:
    return Path(platformdirs.user_data_dir(_APP, appauthor=False))


def _listed(text: str) -> list[str]:
    return [item.strip() for item in text.split(",") if item.strip()]


def _upper(text: str) -> str:
    return text.upper()


def _one_of(*allowed: str) -> Callable[[object, "attrs.Attribute[str]", str], None]:
    def check(_: object, attribute: "attrs.Attribute[str]", value: str) -> None:
        if value not in allowed:
            raise ValueError(f"{attribute.name} is one of {', '.join(allowed)}, not {value}")

    return check


@ts.settings(kw_only=True)
class Settings:
    """What an installation can be told. ``docs/reference/settings.md`` explains each; a test holds it to this list."""

    data_dir: Path = ts.option(factory=_data_dir, help="Where the embedded database and the secret key live.")
    database_url: str = ts.option(
        default="", repr=lambda url: repr(without_password(url)), help="Empty: SQLite in the data folder."
    )
    secret_key: ts.Secret[str] = ts.option(
        default=ts.Secret(""), help="Seals provider credentials: 32 bytes in base64. Empty: made and kept."
    )
    log_format: str = ts.option(
        default="auto", validator=_one_of("auto", "plain", "json"), help="auto: plain on a terminal."
    )
    log_level: str = ts.option(
        default="AUTO",
        converter=_upper,
        validator=_one_of("AUTO", "DEBUG", "INFO", "WARNING", "ERROR"),
        help="The least severe lines that are written. AUTO: INFO for a server, WARNING for other commands.",
    )
    public_url: str = ts.option(default="http://127.0.0.1:8000", help="How browsers reach this installation.")
    trusted_proxies: tuple[str, ...] = ts.option(
        default=(), help="Networks whose X-Forwarded-For counts, such as 10.0.0.0/8."
    )
    cors_origins: tuple[str, ...] = ts.option(default=(), help="Origins whose scripts may call the API.")
    principal_limit: int = ts.option(
        default=600, validator=attrs.validators.ge(1), help="Requests a minute that a user or key may make."
    )
    address_limit: int = ts.option(
        default=1200, validator=attrs.validators.ge(1), help="Requests a minute that a network address may make."
    )
    allow_private_addresses: bool = ts.option(
        default=False, help="Let addresses of providers and endpoints lie in private networks (demo, tests)."
    )

    @property
    def effective_database_url(self) -> str:
        """The given one, else SQLite in the data folder."""
        return self.database_url or f"sqlite:///{self.data_dir / 'tresen.db'}"


def load_settings() -> Settings:
    """Read them. Raises NotConfigured naming what is wrong, never a secret's value."""
    converter = get_default_cattrs_converter()
    register_strlist_hook(converter, fn=_listed)
    files = [Path(platformdirs.user_config_dir(_APP, appauthor=False)) / "tresen.toml", Path("tresen.toml")]
    try:
        loaders = ts.default_loaders(_APP, files, env_prefix="TRESEN_")
        return ts.load_settings(Settings, loaders, converter=converter)
    except TsError as error:
        raise NotConfigured(f"a setting cannot be used: {_told(error)}") from None
    except UnicodeDecodeError:
        raise NotConfigured("tresen.toml cannot be read: it is not UTF-8 text") from None


def secret_key(settings: Settings) -> str:
    """The given key, else the kept one, else a new one that is kept with mode 0600 in the data folder."""
    given = settings.secret_key.get_secret_value()
    if given:
        return given
    path = settings.data_dir / _KEY_FILE
    try:
        key = path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return _keep_new_key(path)
    except UnicodeDecodeError:
        key = ""
    except OSError as error:
        raise NotConfigured(
            f"the secret key cannot be read ({error.strerror}): check TRESEN_DATA_DIR, or set TRESEN_SECRET_KEY",
            file=_KEY_FILE,
        ) from None
    if not key:
        raise NotConfigured(
            f"the file {path} holds no key: restore it, or remove it and connect the provider accounts again",
            file=_KEY_FILE,
        )
    return key


def _keep_new_key(path: Path) -> str:
    """Two processes may start at once: the file appears whole, and only the first one's key counts."""
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(new_key())
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    except OSError as error:
        raise NotConfigured(
            f"the data folder cannot be written ({error.strerror}): set TRESEN_DATA_DIR or TRESEN_SECRET_KEY"
        ) from None
    return path.read_text(encoding="ascii").strip()


def without_password(url: str) -> str:
    """A database URL that may be shown."""
    scheme, sep, rest = url.partition("://")
    credentials, at, place = rest.rpartition("@")
    user = credentials.partition(":")[0]
    return f"{scheme}{sep}{user}:***@{place}" if at and ":" in credentials else url


def _told(error: BaseException) -> str:
    parts = error.exceptions if isinstance(error, BaseExceptionGroup) else ()
    if not parts:
        # "…: \n- ValueError: what is wrong": only the last part is for people.
        return str(error).rpartition("Error: ")[2]
    return "; ".join(_told(part) for part in parts)
