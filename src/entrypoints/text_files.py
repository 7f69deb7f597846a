"""Files that people name."""

from pathlib import Path

from ..domain.shared.errors import InvalidValue, NotFound


def text_of(path: Path, *, what: str = "file") -> str:
    """The text in a file, without the mark that some editors write before it. Raises NotFound for what is no file that
    can be read, InvalidValue for what is no text. ``what`` it is in messages.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise InvalidValue(f"{path} is no text in UTF-8", field=what) from None
    except (OSError, ValueError):  # the latter for a name that no file can have
        raise NotFound(what, path) from None
