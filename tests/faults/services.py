"""The services outside, as the program breaks and reads them: the sandbox's control over HTTP."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp


class Services:
    """MMS, Turnstile and the mail server."""

    def __init__(self, url: str, client: aiohttp.ClientSession) -> None:
        self._url, self._client = url, client

    async def answers(self) -> bool:
        """Whether the sandbox is up."""
        try:
            async with self._client.get(f"{self._url}/faults") as answer:
                return answer.ok
        except aiohttp.ClientError:
            return False

    async def reset(self) -> None:
        """Forget everything, faults included."""
        async with self._client.post(f"{self._url}/reset") as answer:
            answer.raise_for_status()

    @asynccontextmanager
    async def misbehaving(self, service: str, **what: Any) -> AsyncIterator[None]:
        """Let ``service`` ("mms", "turnstile" or "smtp") do wrong in the block, as ``POST /faults`` describes."""
        async with self._client.post(f"{self._url}/faults", json={"service": service, **what}) as answer:
            answer.raise_for_status()
        try:
            yield
        finally:
            async with self._client.delete(f"{self._url}/faults") as answer:
                answer.raise_for_status()

    async def parties(self) -> list[dict[str, Any]]:
        """Every party that MMS has."""
        return await self._list("parties.json")

    async def mails(self) -> list[dict[str, Any]]:
        """Every mail that the mail server has taken."""
        return await self._list("inbox.json")

    async def _list(self, path: str) -> list[dict[str, Any]]:
        async with self._client.get(f"{self._url}/{path}") as answer:
            answer.raise_for_status()
            found: list[dict[str, Any]] = await answer.json()
            return found
