"""Reading phone numbers by the world's numbering plans."""

from abc import abstractmethod
from typing import Protocol

from ...domain.shared.contact import PhoneNumber


class PhoneBook(Protocol):
    """Knows how numbers are written in every country."""

    @abstractmethod
    def read(self, raw: str, region: str) -> PhoneNumber:
        """The number with its E.164 form, None where it cannot be a number.

        ``region`` (ISO 3166, such as DE) tells what a number without country code means.
        """
