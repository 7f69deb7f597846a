"""Policies as they are typed in: words of the command line, or a file of JSON."""

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import attrs
from cyclopts import Parameter

from ...application.strict_json import NoJson, read_json
from ...domain.shared.errors import InvalidValue
from ..text_files import text_of

_GUARD = re.compile(r"(\w+)=(\d{1,20})%(?:,(\d{1,20}))?")
# What people write as if it were a field.
_OPTIONS = {
    "default": "--default LAW",
    "deletes": "--deletes WORD",
    "guard": "--guard NAME=SHARE",
    "guards": "--guard NAME=SHARE",
    **{
        name.replace("-", "_"): f"--{name} or --no-{name}"
        for name in ("create-here", "create-there", "delete-here", "delete-there")
    },
}
_LAWS = "theirs, ours, newest, union or ask"


@Parameter(name="*")
@attrs.frozen(kw_only=True)
class RuleOptions:
    """What a policy says besides the laws of single fields."""

    default: Annotated[str | None, Parameter(metavar="LAW", help=f"The law of all other fields: {_LAWS}.")] = None
    deletes: Annotated[
        str | None,
        Parameter(
            metavar="WORD",
            help="What becomes of a record that one side deleted and the other edited: keep_edited, delete or ask.",
        ),
    ] = None
    create_here: Annotated[bool | None, Parameter(help="Make here what is new at the provider.")] = None
    create_there: Annotated[bool | None, Parameter(help="Make at the provider what is new here.")] = None
    delete_here: Annotated[bool | None, Parameter(help="Delete here what was deleted at the provider.")] = None
    delete_there: Annotated[bool | None, Parameter(help="Delete at the provider what was deleted here.")] = None
    guard: Annotated[
        Sequence[str],
        Parameter(
            metavar="NAME=SHARE",
            negative=(),
            show_default=False,
            help="How much a plan may do before a person is asked, as deleted=5%,3: 5 percent, and 3 records at least. "
            "NAME is deleted, blanked or conflicts. Repeat for several.",
        ),
    ] = ()

    def document(self) -> dict[str, object]:
        """What was said, as a policy's document. Raises InvalidValue for a share that cannot be read."""
        said = {
            name: getattr(self, name)
            for name in ("default", "deletes", "create_here", "create_there", "delete_here", "delete_there")
            if getattr(self, name) is not None
        }
        return {**said, **({"guards": dict(map(_guard, self.guard))} if self.guard else {})}


def _guard(text: str) -> tuple[str, dict[str, int]]:
    read = _GUARD.fullmatch(text)
    if read is None:
        raise InvalidValue(
            f"{text!r} is no guard such as deleted=5%,3: a share in percent, and how many are let through in any case",
            field="guard",
        )
    name, percent, at_least = read.groups()
    return name, {"percent": int(percent), **({"at_least": int(at_least)} if at_least is not None else {})}


def field_laws(texts: Iterable[str], such_as: str) -> dict[str, str]:
    """Laws by field of texts such as ``email=ours``. Raises InvalidValue for any other, and for a field twice."""
    laws: dict[str, str] = {}
    for text in texts:
        name, equals, law = text.partition("=")
        if text in {"true", "false"}:
            said = f"unexpected argument {text!r}; options take no value: write --delete-here or --no-delete-here"
            raise InvalidValue(said, field="fields")
        if not (name and equals):
            raise InvalidValue(f"{text!r} is no law of a field such as {such_as}", field="fields")
        if option := _OPTIONS.get(name.rpartition(".")[2].replace("-", "_")):
            raise InvalidValue(f"{name} is no field but an option: write {option}", field="fields")
        if name in laws:
            raise InvalidValue(f"{name} is given twice", field="fields")
        laws[name] = law
    return laws


def merged(below: Mapping[str, object], said: Mapping[str, object]) -> dict[str, object]:
    """A document with what was said on top of it. A law that is empty is taken away; so is what is left empty."""
    fields = {**_part(below, "fields"), **_part(said, "fields")}
    guards = {**_part(below, "guards")}
    for name, share in _part(said, "guards").items():
        guards[name] = {**guards.get(name, {}), **share}
    whole = {**below, **said, "fields": {name: law for name, law in fields.items() if law}, "guards": guards}
    return {name: value for name, value in whole.items() if value not in ({}, "")}


def _part(document: Mapping[str, object], name: str) -> dict[str, Any]:
    part = document.get(name, {})
    return dict(part) if isinstance(part, Mapping) else {}


def read_document(path: Path, such_as: str = '{"default": "newest"}') -> dict[str, object]:
    """The JSON object in a file. Raises NotFound for the file, InvalidValue for anything else in it."""
    text = text_of(path)
    try:
        read = read_json(text)
    except NoJson as error:
        raise InvalidValue(f"{path} {error}", field="file") from None
    if not isinstance(read, dict):
        raise InvalidValue(f"{path} holds no JSON object such as {such_as}", field="file")
    return read
