"""What is wrong with the arguments, in plain words."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from types import NoneType
from typing import get_args
from uuid import UUID

import cyclopts
from cyclopts.argument import Argument

_WANTED: Mapping[object, str] = {
    timedelta: "a time such as 30s, 5m, 24h or 1d",
    UUID: "an id such as 019cae6b-6600-7000-8000-0000000000ff",
    date: "a day such as 2026-12-31",
    int: "a whole number",
    float: "a number",
    Decimal: "an amount such as 49.00",
    bool: "one of true and false",
    Path: "a path",
}

# What another command does, by the words of this one and the option: more than any likeness of names could tell.
_UPDATES = "Status and notes are changed by: tresen leads update"
_ELSEWHERE: Mapping[tuple[tuple[str, ...], str], str] = {
    (("leads", "edit"), "--status"): _UPDATES,
    (("leads", "edit"), "--notes"): _UPDATES,
    (("members", "edit"), "--status"): "It is what the provider says: change it there",
}


def usage_message(error: cyclopts.CycloptsError, commands: Sequence[str]) -> str:
    """The framework's message, with all ``commands`` where it shows only the first ones, and without Python's names
    of what it could not read."""
    if isinstance(error, cyclopts.CoercionError):
        return _unreadable(error) or str(error)
    if isinstance(error, cyclopts.MissingArgumentError) and error.argument is not None:
        return _missing(error, error.argument)
    if isinstance(error, cyclopts.UnusedCliTokensError) and error.unused_tokens:
        return _unexpected(error, error.unused_tokens)
    if isinstance(error, cyclopts.UnknownOptionError) and error.token is not None:
        hint = _ELSEWHERE.get((tuple(error.command_chain or ()), error.token.keyword or ""))
        if hint is not None:
            return f"Unknown option: {error.token.keyword}. {hint}"
    message = str(error)
    if isinstance(error, cyclopts.UnknownCommandError) and not error.command_chain:
        before, marker, _ = message.partition("Available commands: ")
        return before + marker + ", ".join(commands) + "."
    return message


def _unreadable(error: cyclopts.CoercionError) -> str | None:
    # Of an option that may be left out, the framework sometimes names both types.
    types = [each for each in get_args(error.target_type) if each is not NoneType] or [error.target_type]
    wanted = _WANTED.get(types[0]) if len(types) == 1 else None
    if wanted is None or error.token is None:
        return None
    name = error.token.keyword or (error.argument.name.lstrip("-").upper() if error.argument else "")
    return f'Invalid value for {name}: "{error.token.value}" is not {wanted}.'


def _missing(error: cyclopts.MissingArgumentError, argument: Argument) -> str:
    """What was not given, or was without a value; and what was perhaps meant for it."""
    _, guess, meant = str(error).partition(" Did you mean ")
    if error.keyword is None:
        return f"{argument.name} is missing.{guess}{meant}"
    count, _ = argument.token_count()
    return f"{error.keyword} needs {'a value' if count == 1 else f'{count} values'}.{guess}{meant}"


def _unexpected(error: cyclopts.UnusedCliTokensError, tokens: Sequence[str]) -> str:
    what = f"unexpected {'argument' if len(tokens) == 1 else 'arguments'} {', '.join(map(repr, tokens))}"
    hint = _flag_before(error, tokens[0])
    return f"{what}; {hint}" if hint else what


def _flag_before(error: cyclopts.UnusedCliTokensError, token: str) -> str | None:
    """How to say yes and no with the flag that was given a value."""
    given = error.root_input_tokens or []
    if error.app is None or token not in given[1:]:
        return None
    option = given[given.index(token, 1) - 1]
    names = next((each.names for each in error.app.assemble_argument_collection() if option in each.names), None)
    if names is None:
        return None
    return f"{option} takes no value" + (f": write {' or '.join(names)}" if len(names) > 1 else "")


def no_unicode(argv: Sequence[str], arguments: Mapping[str, object]) -> str | None:
    """What to say of a text among the ``arguments`` that came as bytes which are no UTF-8; None where all are texts.

    Paths may be any bytes.
    """
    if not any(_holds_bytes(each) for each in arguments.values()):
        return None
    place = next((n for n, word in enumerate(argv) if _holds_bytes(word)), 0)
    name, given, _ = argv[place].partition("=")
    if not (name.startswith("--") and given and not _holds_bytes(name)):
        before = argv[place - 1] if place else ""
        name = before if before.startswith("-") else "an argument"
    return f"{name} is no text: it holds bytes that are no UTF-8"


def _holds_bytes(value: object) -> bool:
    """Whether a text, or one in options or in a list, has a byte in it that was no character."""
    if isinstance(value, str):
        return any("\ud800" <= sign <= "\udfff" for sign in value)
    if isinstance(value, Mapping):
        return any(map(_holds_bytes, (*value.keys(), *value.values())))
    if isinstance(value, (list, tuple, set, frozenset)):
        return any(map(_holds_bytes, value))
    fields = getattr(type(value), "__attrs_attrs__", ())
    return any(_holds_bytes(getattr(value, field.name)) for field in fields)
