"""The documentation of the API is that of the API as it is."""

from litestar.testing import AsyncTestClient
from tests.world import World

from tresen.entrypoints.api.app import ApiSettings, create_api

from .conftest import Api
from .reference import PAGE, current, routes


async def test_the_reference_page_is_made_from_the_routes() -> None:
    """When this fails: ``python -m tests.integration.api.reference``."""
    assert PAGE.read_text(encoding="utf-8") == await current()


def test_every_route_tells_its_purpose(api: Api) -> None:
    assert [path for path, _, handler in routes(api.client.app) if not handler.summary] == []


async def test_the_description_for_machines_shows_the_bodies(api: Api) -> None:
    answer = await api.client.get("/schema")
    assert answer.headers["content-type"].startswith("application/vnd.oai.openapi+json")
    operation = answer.json()["paths"]["/api/v1/leads"]["post"]
    reference = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"]
    schema = answer.json()["components"]["schemas"][reference.rpartition("/")[2]]
    assert {"first_name", "last_name", "email", "interested_in"} <= schema["properties"].keys()
    assert (await api.client.get("/schema/openapi.json")).json() == answer.json()


async def test_the_description_can_be_switched_off(world: World) -> None:
    async with AsyncTestClient(create_api(world.use_cases, ApiSettings(docs=False))) as client:
        assert (await client.get("/schema")).status_code == 404
