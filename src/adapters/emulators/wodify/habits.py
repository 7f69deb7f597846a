"""What can be switched on in the emulated gym: habits that a provider may have and a client must bear.

``POST /_emulator/switches/<name>`` with ``true`` or ``false``. ``POST /_emulator/removals/<kind>`` with
``{"id": 4100000, "route": "GET /clients", "answers": 2}`` removes that row once this route was answered so often more,
so that the rows behind it move up a page while somebody is reading. A reset puts everything back.
"""

import re
from typing import TypeVar

import msgspec

B = TypeVar("B", bound=msgspec.Struct)


class Switches(msgspec.Struct, kw_only=True):
    """``respells``: what is written through the API is kept in the gym's own spelling. ``still_clock``: time stands
    still, so that edits bear the same stamp. ``blind_search``: a search by the stamp of the last edit finds nothing.
    """

    respells: bool = False
    still_clock: bool = False
    blind_search: bool = False

    def turn(self, name: str, text: bytes) -> bytes | None:
        """Set a switch; the switches as JSON, None for an unknown one. Raises ValueError for what is no truth value."""
        if name not in self.__struct_fields__:
            return None
        setattr(self, name, msgspec.json.decode(text, type=bool))
        return msgspec.json.encode(self)


class Removal(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A row that goes when ``route`` was answered ``answers`` times more (from 1)."""

    id: int
    route: str
    answers: int = 1


def respelled(body: B) -> B:
    """A body with names trimmed, its address in small letters and its number as it is dialled internationally."""
    values = {name: getattr(body, name) for name in ("first_name", "last_name", "email", "phone_number")}
    values = {name: text.strip() for name, text in values.items()}
    values["email"] = values["email"].lower()
    values["phone_number"] = _dialled(values["phone_number"])
    return msgspec.structs.replace(body, **values)


def _dialled(phone: str) -> str:
    digits = re.sub(r"\(0\)|[\s()/.-]", "", phone)
    digits = re.sub(r"\A00", "+", digits)
    digits = re.sub(r"\A0", "+49", digits)
    return digits if re.fullmatch(r"\+[1-9]\d{3,14}", digits) else phone
