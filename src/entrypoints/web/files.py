"""The page's own style, script and icon, read once and served with an ETag."""

import hashlib
from pathlib import Path

import attrs
from litestar import Request, Response, get
from litestar.datastructures import State
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

_FOLDER = Path(__file__).parent / "static"
_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".ico": "image/x-icon"}
_NOT_MODIFIED = 304


@attrs.frozen
class _File:
    content: bytes
    media_type: str
    etag: str


def _read(path: Path) -> _File:
    content = path.read_bytes()
    return _File(content, _TYPES[path.suffix], f'"{hashlib.sha256(content).hexdigest()[:16]}"')


_FILES = {path.name: _read(path) for path in _FOLDER.iterdir() if path.suffix in _TYPES}


@get("/static/{name:str}", summary="The page's style, script and icon", include_in_schema=False)
async def static_file(request: Request[object, object, State], name: FromPath[str]) -> Response[bytes]:
    """Asked for again on every visit, sent only when it changed."""
    return _sent(request, name)


@get("/favicon.ico", summary="The icon, where browsers look for it", include_in_schema=False)
async def favicon(request: Request[object, object, State]) -> Response[bytes]:
    """The same drawing as /static/icon.svg, in pixels."""
    return _sent(request, "favicon.ico")


def _sent(request: Request[object, object, State], name: str) -> Response[bytes]:
    file = _FILES.get(name)
    if file is None:
        raise NotFoundException
    headers = {"ETag": file.etag, "Cache-Control": "no-cache"}
    if request.headers.get("if-none-match") == file.etag:
        return Response(b"", status_code=_NOT_MODIFIED, headers=headers, media_type=file.media_type)
    return Response(file.content, headers=headers, media_type=file.media_type)
