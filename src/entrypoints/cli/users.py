"""``tresen user``."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from ...application.identity.create_user import NewUser
from ...application.identity.import_users import UserList, parse_user_list
from ...application.ports.readers import USER_ORDER
from ...domain.identity.role import Role
from ...domain.identity.user import User, check_password
from ...domain.shared.errors import InvalidValue, NotFound
from .answer import Answer, cell, page_table
from .call import Given, in_tenant
from .documents import fields, listed
from .options import JsonOption, TenantOption, WindowOptions, command_group
from .terminal import Terminal

group = command_group("user", "Users: create, list, import.")


@group.command
async def create(
    *,
    email: Annotated[str, Parameter(help="E-mail address; unique in the installation.")],
    name: Annotated[str, Parameter(help="The person's name.")],
    role: Annotated[Role, Parameter(help="What the user may do.")],
    password_stdin: Annotated[
        bool, Parameter(negative=(), show_default=False, help="Read the password from the standard input.")
    ] = False,
    tenant: TenantOption = None,
    as_json: JsonOption = False,
    call: Given,
) -> Answer:
    """Create a user. The password is asked for on the terminal; it is never an argument."""
    password = _password(call.terminal, from_stdin=password_stdin)
    async with in_tenant(call, tenant) as (use, home):
        user = await use.create_user(NewUser(tenant_id=home.id, email=email, name=name, role=role, password=password))
    parts = [f"created {user.role.value} {user.email} ({user.id}) in {home.slug}"]
    return Answer(document={"user": _document(user)}, parts=parts, as_json=as_json)


@group.command(name="list")
async def list_(
    *, options: WindowOptions | None = None, tenant: TenantOption = None, as_json: JsonOption = False, call: Given
) -> Answer:
    """List the users of a tenant."""
    listing = (options or WindowOptions()).window(USER_ORDER)
    async with in_tenant(call, tenant) as (use, home):
        page = await use.readers.users(home.id, listing)
    table = page_table(
        columns=("id", "email", "name", "role", "active", "last login"),
        rows=[
            (str(u.id), u.email.raw, u.name, u.role.value, cell(u.active), cell(u.last_login_at, home.zone))
            for u in page.items
        ],
        count=page.count,
        offset=listing.offset,
        filtered=listing.is_filtered,
        empty="no user found; create one: tresen user create --email ADDRESS --name NAME --role owner",
    )
    return Answer(
        document=listed("users", [_document(u) for u in page.items], page.count),
        parts=[table],
        as_json=as_json,
    )


@group.command(name="import")
async def import_(
    file: Annotated[
        str | None,
        Parameter(allow_leading_hyphen=True, help="File with name1:password1,name2:password2; - is the input."),
    ] = None,
    /,
    *,
    from_env: Annotated[
        str | None, Parameter(metavar="VARIABLE", help="Environment variable with the list, such as USERLIST.")
    ] = None,
    domain: Annotated[str | None, Parameter(help="Mail domain for names without @.")] = None,
    admins: Annotated[
        str, Parameter(metavar="A,B", help="Names that get the role admin; the others are advisers.")
    ] = "",
    tenant: TenantOption = None,
    as_json: JsonOption = False,
    call: Given,
) -> Answer:
    """Import users from the form of USERLIST (name1:password1,name2:password2). Passwords are hashed; users that are
    there already stay as they are. All entries or none.
    """
    text = _user_list(call.terminal, file, from_env)
    chosen = frozenset(name.strip() for name in admins.split(",") if name.strip())
    _check_names({name for name, _ in parse_user_list(text)}, chosen, domain)
    async with in_tenant(call, tenant) as (use, home):
        done = await use.import_users(UserList(tenant_id=home.id, text=text, domain=domain or "", admins=chosen))
    parts = [*(f"created {u.role.value} {u.email}" for u in done.created), *(f"kept {email}" for email in done.kept)]
    document = {"created": [_document(u) for u in done.created], "kept": list(done.kept)}
    summary = f"{len(done.created)} created, {len(done.kept)} there already"
    return Answer(document=document, parts=[*parts, summary], as_json=as_json)


def _password(terminal: Terminal, *, from_stdin: bool) -> str:
    if from_stdin:
        password = terminal.read_secret()
    else:
        password = terminal.ask_for("password", otherwise="give it on the standard input with --password-stdin")
    check_password(password)
    if not from_stdin and terminal.ask_secret("Once more: ") != password:
        raise InvalidValue("the two passwords differ", field="password")
    return password


def _user_list(terminal: Terminal, file: str | None, variable: str | None) -> str:
    if (file is None) == (variable is None):
        raise InvalidValue("name either a file (or -) or an environment variable with --from-env", field="file")
    if variable is not None:
        return _lines_too(terminal.environ.get(variable, ""))
    if file == "-":
        return _lines_too(terminal.source.read())
    return _lines_too(_read(Path(str(file))))


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise NotFound("file", path) from None
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidValue(f"cannot read {path}: {error.__class__.__name__}", field="file") from None


def _lines_too(text: str) -> str:
    """One entry a line is read like entries with commas."""
    return text.replace("\r", "").replace("\n", ",")


def _check_names(names: set[str], admins: frozenset[str], domain: str | None) -> None:
    bare = sorted(name for name in names if "@" not in name)
    if bare and not domain:
        raise InvalidValue(f"{bare[0]} has no mail domain; give one with --domain", field="domain")
    unknown = sorted(admins - names)
    if unknown:
        raise InvalidValue(f"not in the list, so no admin: {', '.join(unknown)}", field="admins")


def _document(user: User) -> dict[str, object]:
    return fields(user, "id", "email", "name", "role", "active", "created_at", "last_login_at")
