"""Forms are taken from our own pages only."""

from urllib.parse import urlsplit

from litestar.datastructures import Headers

from ...domain.shared.errors import NotAllowed


def ensure_own_origin(headers: Headers, public_url: str) -> None:
    """Raises NotAllowed for a form that another site's page sends.

    ``Origin`` is ours when it is the public URL's or that of the host that was asked; programs send neither it nor
    ``Sec-Fetch-Site``. Beside it, the cookie is SameSite=Strict.
    """
    origin = headers.get("origin")
    if origin is not None:
        if origin == public_url or urlsplit(origin).netloc == headers.get("host"):
            return
    elif headers.get("sec-fetch-site", "same-origin") in {"same-origin", "none"}:
        return
    raise NotAllowed("forms are accepted from our own pages only")
