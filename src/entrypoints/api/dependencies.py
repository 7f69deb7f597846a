"""What handlers are handed by name: the use cases and who is asking."""

from typing import Any

from litestar import Request
from litestar.datastructures import State
from litestar.di import NamedDependency, Provide
from litestar.params import SkipValidation

from ...domain.identity.principal import Principal
from ..use_cases import UseCases

Uses = NamedDependency[SkipValidation[UseCases]]
Asking = NamedDependency[SkipValidation[Principal]]
AnyRequest = Request[Any, Any, State]


def dependencies(use_cases: UseCases) -> dict[str, Provide]:
    """The dependencies of every route: ``uses`` and, where the guard let somebody in, ``asking``."""

    def uses() -> Any:
        return use_cases

    def asking(request: AnyRequest) -> Any:
        return request.scope["user"]

    return {"uses": Provide(uses, sync_to_thread=False), "asking": Provide(asking, sync_to_thread=False)}
