"""Whether the process lives, and whether it can work: for whoever starts it again, and whoever sends it requests."""

import asyncio
from collections.abc import Sequence
from typing import Final

from fastapi import APIRouter
from pymongo.errors import PyMongoError
from starlette.responses import JSONResponse, Response

from services.http.asking.door import Door

WITHIN: Final = 2.0


def routes(doors: Sequence[Door]) -> APIRouter:
    """Both routes; neither needs a key, neither tells anything but yes or no."""
    router = APIRouter(tags=["health"])

    @router.get("/health/live", summary="Whether the process lives", openapi_extra={"x-scope": "none"})
    async def live() -> Response:
        """Always, if it can answer at all."""
        return JSONResponse({"live": True})

    @router.get("/health/ready", summary="Whether requests can be stored", openapi_extra={"x-scope": "none"})
    async def ready() -> Response:
        """503 while the database does not answer. Kafka may be away: what is stored is sent later."""
        try:
            async with asyncio.timeout(WITHIN):
                for door in doors:
                    await door.reads.command("ping")
        except (PyMongoError, TimeoutError):
            return JSONResponse({"ready": False, "why": "MongoDB does not answer"}, 503)
        return JSONResponse({"ready": True})

    return router
