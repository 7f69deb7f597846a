"""An installation with data, and clients of its API."""

import functools
from collections.abc import AsyncIterator, Mapping
from typing import cast

import attrs
import httpx
import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient
from tests.world import NORTH, World, build_world

from tresen.entrypoints.api.app import ApiSettings, create_api
from tresen.entrypoints.use_cases import UseCases

V1 = "/api/v1"


@attrs.frozen
class Caller:
    """Asks the API as somebody."""

    client: AsyncTestClient[Litestar]
    headers: Mapping[str, str]

    async def get(self, path: str, **query: str | int) -> httpx.Response:
        return await self.client.get(V1 + path, params=query, headers=self.headers)

    async def post(self, path: str, body: object = None) -> httpx.Response:
        if body is None:
            return await self.client.post(V1 + path, headers=self.headers)
        return await self.client.post(V1 + path, json=body, headers=self.headers)

    async def patch(self, path: str, body: object) -> httpx.Response:
        return await self.client.patch(V1 + path, json=body, headers=self.headers)

    async def put(self, path: str, body: object, **query: str) -> httpx.Response:
        return await self.client.put(V1 + path, json=body, params=query, headers=self.headers)

    async def delete(self, path: str, **query: str) -> httpx.Response:
        return await self.client.delete(V1 + path, params=query, headers=self.headers)


@attrs.frozen
class Api:
    """The application over a world."""

    world: World
    client: AsyncTestClient[Litestar]

    def as_(self, role: str, tenant: str = NORTH, **headers: str) -> Caller:
        """Somebody with that role."""
        return Caller(self.client, {"Authorization": f"Bearer {self.world.token(role, tenant)}", **headers})

    def with_key(self, key: str, **headers: str) -> Caller:
        """A program."""
        return Caller(self.client, {"X-API-Key": key, **headers})


@pytest.fixture
async def world() -> World:
    """Two studios; north's gym has two members with memberships and one lead, all synced."""
    world = await build_world()
    world.enrol("Ada")
    world.enrol("Bea", last_name="Zuse")
    world.attract("Grace")
    await world.sync()
    return world


class _OfTheTest:
    """The use cases of the test that runs, for an application that is made once per process: that takes ten times as
    long as most of these tests.
    """

    use_cases: UseCases

    def __getattr__(self, name: str) -> object:
        return getattr(self.use_cases, name)


_CURRENT = _OfTheTest()


@functools.cache
def _application() -> Litestar:
    return create_api(cast(UseCases, _CURRENT), ApiSettings(public_url="http://desk.example"))


@pytest.fixture
async def api(world: World) -> AsyncIterator[Api]:
    _CURRENT.use_cases = world.use_cases
    async with AsyncTestClient(_application()) as client:
        yield Api(world, client)


@pytest.fixture
def admin(api: Api) -> Caller:
    """North's admin."""
    return api.as_("admin")


async def first_id(caller: Caller, path: str, name: str) -> str:
    """The id of the first record of a list."""
    answer = await caller.get(path)
    return str(answer.json()[name][0]["id"])
