"""What people see when something went wrong: a page, where programs get a problem document."""

from typing import Any

from litestar import Request, Response
from litestar.datastructures import State
from litestar.exceptions import MethodNotAllowedException, NotFoundException
from litestar.response import Redirect

from ...domain.shared.errors import NotAllowed, NotAuthenticated, TresenError
from ..api.errors import answer, correlation_id, problem
from .rendering import render

_FOR_PROGRAMS = ("/api/", "/admin/", "/health", "/metrics")
_LOOKING = frozenset({"GET", "HEAD"})
_SERVER_ERROR = 500


def told(request: Request[Any, Any, State], error: Exception) -> Response[Any]:
    """For every address that is not the page's own: a browser that got lost gets a page, one that asks again for where
    a form was sent to the status page, else the problem document.
    """
    is_browser = "text/html" in request.headers.get("accept", "")
    if is_browser and not request.scope["path"].startswith(_FOR_PROGRAMS):
        if isinstance(error, NotFoundException):
            return failed(request, error)
        if isinstance(error, MethodNotAllowedException) and request.method in _LOOKING:
            return Redirect("/", status_code=303)
    return answer(request, error)  # type: ignore[arg-type]  # see answer: its State says nothing


def failed(request: Request[Any, Any, State], error: Exception) -> Response[str]:
    """People get a page, not a problem document; who is not logged in gets the login form."""
    if isinstance(error, NotAuthenticated):
        return render("login.html", status_code=401, notice="Please log in again.", email="")
    made = problem(error, instance=request.scope["path"], correlation_id=correlation_id(request.scope))
    page = render(
        "failed.html",
        status_code=made.status,
        message=_message(error, made.status),
        correlation_id=correlation_id(request.scope),
    )
    page.headers.update(made.headers)
    return page


def _message(error: Exception, status: int) -> str:
    if isinstance(error, NotAllowed):
        return "This page does not accept that."
    if isinstance(error, NotFoundException):
        return "There is no such page."
    if isinstance(error, TresenError) and status < _SERVER_ERROR:
        return error.message
    return "Something went wrong."
