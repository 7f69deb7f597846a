"""The page's routes: status, login, logout, manual sync (W39-W48)."""

from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID

from litestar import Request, Response, Router, get, post
from litestar.datastructures import Cookie, State
from litestar.di import NamedDependency, Provide
from litestar.exceptions import HTTPException
from litestar.params import FromPath, SkipValidation
from litestar.response import Redirect

from ...application.identity.log_in import Credentials
from ...application.staff.complete_task import TaskDone
from ...domain.identity.principal import Principal
from ...domain.identity.role import Scope
from ...domain.shared.errors import IllegalTransition, NotAuthenticated, TooManyRequests, TresenError
from ...domain.shared.ids import TaskId
from ..api.access import SECURE_SESSION_COOKIE, SESSION_COOKIE, by_cookie, needs, session_token
from ..api.addresses import limit_key
from ..api.bodies import Body, Secret, Text, convert
from ..api.dependencies import Asking, Uses
from ..api.errors import MalformedRequest, correlation_id, problem
from ..api.openapi import Description
from ..api.settings import ApiSettings
from ..api.syncing import run_sync
from ..use_cases import UseCases
from .docs import docs_page
from .failures import failed
from .files import favicon, static_file
from .origin import ensure_own_origin
from .outcome import Notice, outcome_of
from .overview import overview
from .rendering import render

AnyRequest = Request[Any, Any, State]
Told = NamedDependency[SkipValidation[ApiSettings]]
_FORM = "application/x-www-form-urlencoded"
_MAX_FIELDS = 10
_MAY_CLOSE = needs(Scope.TASKS_WRITE, by_cookie=True)


class LogInForm(Body):
    """The login form."""

    email: Text
    password: Secret


class NoForm(Body):
    """A button without fields."""


class SyncForm(Body):
    """The button's form; ``force`` is there when its box is ticked."""

    force: Text | None = None


@get("/", summary="The status page, or the login form")
async def index(request: AnyRequest, uses: Uses, settings: Told) -> Response[str]:
    """Public; shows nothing of a tenant without a valid session."""
    try:
        principal = await by_cookie(request, uses)
    except NotAuthenticated:
        return render("login.html", notice=None, email="")
    return await _status(uses, principal, settings)


@post("/login", summary="Log in to the page", status_code=303)
async def log_in(request: AnyRequest, uses: Uses, settings: Told) -> Response[Any]:
    """Sets the session cookie."""
    form = convert(await _form(request), LogInForm)
    credentials = Credentials(
        email=form.email, password=form.password, address=limit_key(request.scope["state"]["address"])
    )
    try:
        logged_in = await uses.log_in(credentials)
    except (NotAuthenticated, TooManyRequests) as refused:
        return _refused(request, refused, form.email)
    request.scope["user"] = await uses.authenticate.bearer(logged_in.access_token)
    lasts = logged_in.expires_at - uses.clock.now()
    return _home(_cookie(settings, logged_in.access_token, int(lasts.total_seconds())))


@post("/logout", summary="Log out of the page", status_code=303, opt=needs(by_cookie=True))
async def log_out(request: AnyRequest, uses: Uses, settings: Told) -> Response[Any]:
    """Ends the session on the server too."""
    await uses.log_out(session_token(request) or "")
    return _home(_cookie(settings, "", 0))


@post("/sync", summary="Trigger Manual Sync", status_code=303, opt=needs(Scope.SYNC_RUN, by_cookie=True))
async def sync(request: AnyRequest, asking: Asking, uses: Uses, settings: Told) -> Response[Any]:
    """Members and leads of every account; then the page again, which shows the runs or tells why nothing was done."""
    form = convert(await _form(request), SyncForm)
    try:
        runs = await run_sync(uses, asking.tenant_id, "all", force=form.force is not None)
    except TresenError as error:
        made = problem(error, instance="/sync", correlation_id=correlation_id(request.scope))
        notice = Notice(text=error.message, is_failure=True)
        return await _status(uses, asking, settings, notice=notice, status_code=made.status)
    outcome = outcome_of(runs)
    return await _status(uses, asking, settings, notice=outcome) if outcome else _home()


@post("/tasks/{task_id:uuid}/done", summary="Close a staff task", status_code=303, opt=_MAY_CLOSE)
async def done(
    request: AnyRequest, task_id: FromPath[UUID], asking: Asking, uses: Uses, settings: Told
) -> Response[Any]:
    """The button beside an open task; then the page again."""
    convert(await _form(request), NoForm)
    try:
        await uses.complete_task(TaskDone(tenant_id=asking.tenant_id, task_id=TaskId(task_id), by=asking.name))
    except IllegalTransition as error:
        return await _status(uses, asking, settings, notice=Notice(text=error.message), status_code=409)
    return _home()


def pages(settings: ApiSettings, description: Description | None) -> Router:
    """The page's routes for these settings; /docs where there is a description to show."""

    async def own_form(request: AnyRequest) -> None:
        if request.method == "POST":
            ensure_own_origin(request.headers, settings.public_url)

    def told() -> ApiSettings:
        return settings

    return Router(
        "",
        route_handlers=[
            index,
            log_in,
            log_out,
            sync,
            done,
            static_file,
            favicon,
            *([docs_page(description)] if description else []),
        ],
        dependencies={"settings": Provide(told, sync_to_thread=False)},
        before_request=own_form,
        exception_handlers={HTTPException: failed, Exception: failed},
        dto=None,
        include_in_schema=False,
    )


async def _status(
    uses: UseCases, principal: Principal, settings: ApiSettings, *, notice: Notice | None = None, status_code: int = 200
) -> Response[str]:
    view = await overview(uses, principal)
    return render("status.html", status_code=status_code, view=view, notice=notice, docs=settings.docs)


async def _form(request: AnyRequest) -> dict[str, str]:
    body = await request.body()
    if not body:
        return {}
    if request.headers.get("content-type", "").split(";")[0].strip().lower() != _FORM:
        raise MalformedRequest("send a form")
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=_MAX_FIELDS, errors="strict")
    except ValueError:
        raise MalformedRequest("the form cannot be read") from None
    return dict(pairs)


def _home(*cookies: Cookie) -> Redirect:
    return Redirect("/", status_code=303, cookies=list(cookies))


def _cookie(settings: ApiSettings, value: str, max_age: int) -> Cookie:
    return Cookie(
        key=SECURE_SESSION_COOKIE if settings.is_https else SESSION_COOKIE,
        value=value,
        max_age=max_age,
        path="/",
        httponly=True,
        secure=settings.is_https,
        samesite="strict",
    )


def _refused(request: AnyRequest, error: TresenError, email: str) -> Response[str]:
    made = problem(error, instance=request.scope["path"], correlation_id=correlation_id(request.scope))
    page = render("login.html", status_code=made.status, notice=error.message, email=email)
    page.headers.update(made.headers)
    return page
