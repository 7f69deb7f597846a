"""Logging in and out (O56)."""

from litestar import Router, post
from litestar.params import JSONBody

from ....application.identity.log_in import Credentials
from ..access import needs
from ..addresses import limit_key
from ..answers.identity import LoggedInAnswer
from ..bodies import Body, Secret, Text
from ..dependencies import AnyRequest, Uses


class LogInBody(Body):
    """E-mail address and password."""

    email: Text
    password: Secret


@post("/login", summary="Get a bearer token for an e-mail address and a password", status_code=200)
async def log_in(request: AnyRequest, data: JSONBody[LogInBody], uses: Uses) -> LoggedInAnswer:
    """The token is valid for 12 hours and shown this once."""
    address = limit_key(request.scope["state"]["address"])
    logged_in = await uses.log_in(Credentials(email=data.email, password=data.password, address=address))
    # Known from here on: the audit line of this request names the user.
    request.scope["user"] = await uses.authenticate.bearer(logged_in.access_token)
    return LoggedInAnswer(access_token=logged_in.access_token, expires_at=logged_in.expires_at)


@post("/logout", summary="End the bearer token of this request", status_code=204, opt=needs())
async def log_out(request: AnyRequest, uses: Uses) -> None:
    """An API key cannot log out; it is revoked."""
    _, _, token = request.headers.get("authorization", "").partition(" ")
    await uses.log_out(token.strip())


auth = Router("/auth", route_handlers=[log_in, log_out], tags=["identity"])
