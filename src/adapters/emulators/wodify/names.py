"""Invented people: names in German and English, addresses that cannot exist, numbers reserved for films and books."""

import random

GERMAN_FIRST = (
    "Anna", "Björn", "Célia", "Dörte", "Emil", "Franziska", "Günther", "Hannah", "Ines", "Jörg", "Käthe", "Lukas",
    "Max", "Nele", "Özlem", "Paul", "Renée", "Sören", "Tim", "Ute", "Jürgen", "Zoë",
)  # fmt: skip
ENGLISH_FIRST = ("Alice", "Ben", "Chloe", "Daniel", "Emma", "George", "Harriet", "Jack", "Olivia", "Siobhán", "William")
GERMAN_LAST = (
    "Müller", "Schmidt", "Weiß", "von der Heide", "Jäger", "Köhler", "Krüger", "Meyer-Lüdemann", "Groß", "Schröder",
    "Yılmaz", "Nowak", "Böhm", "Vogel", "Strauß", "Kühn", "Lange", "Öztürk",
)  # fmt: skip
ENGLISH_LAST = ("Smith", "O'Brien", "Taylor-Jones", "Brown", "McGregor", "Wright", "Evans", "Clarke")
MAIL_HOSTS = ("example.com", "example.org", "example.net", "mail.example", "post.example")
STREETS = ("Lützner Straße", "Karl-Heine-Straße", "Hauptstr.", "Am Mühlgraben", "Bahnhofsplatz")
ASCII = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "é": "e", "ë": "e", "á": "a", "ı": "i", "'": "", " ": ""}
)


def person(rng: random.Random) -> tuple[str, str]:
    """First and last name; three in four are German."""
    if rng.random() < 0.75:  # noqa: PLR2004 -- the share named above
        return rng.choice(GERMAN_FIRST), rng.choice(GERMAN_LAST)
    return rng.choice(ENGLISH_FIRST), rng.choice(ENGLISH_LAST)


def email(rng: random.Random, first: str, last: str) -> str:
    """An address made of the name, in capitals now and then; "" for one person in sixteen."""
    if rng.random() < 1 / 16:
        return ""
    local = f"{first}.{last}".lower().translate(ASCII)
    address = f"{local}{rng.randrange(1, 9999)}@{rng.choice(MAIL_HOSTS)}"
    return address.title() if rng.random() < 1 / 20 else address


def phone(rng: random.Random) -> str:
    """A number as people type it; "" for one person in twelve.

    The blocks are those that the German and British regulators and the North American plan keep for fiction.
    """
    last = f"{rng.randrange(100):02}"
    spellings = (
        f"+49 171 39200{last}",
        f"0171/39200{last}",
        f"0049 171 39200{last}",
        f"0171 392 00 {last}",
        f"+49 (0)30 23125-0{last}",
        f"030 231250{last}",
        f"+4989999980{last}",
        f"(040) 66969 0{last}",
        f"+44 7700 9000{last}",
        f"07700 9000{last}",
        f"+1 (212) 555-01{last}",
        "",
    )
    return rng.choice(spellings)
