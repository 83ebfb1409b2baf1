"""Web servers as a file system that says what it knows: the links of a page, and of a file size, time and version."""

from __future__ import annotations

import hashlib
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urldefrag, urljoin, urlsplit

import aiohttp
from fsspec.asyn import sync, sync_wrapper  # type: ignore[import-not-found,import-untyped,unused-ignore]
from fsspec.implementations.http import HTTPFileSystem  # type: ignore[import-not-found,import-untyped,unused-ignore]

from star_warehouse.receive.faults import UnwelcomeAnswer, WrongTurn

_MOST_TURNS = 5
_MOST_OF_A_PAGE = 4 << 20
_BYTES_AT_ONCE = 1 << 18
_MOVED = (301, 302, 303, 307, 308)
_GONE = (404, 410)
# What servers answer that have no HEAD, or guard it differently.
_NO_HEAD = (400, 403, 405, 501)


class WebFileSystem(HTTPFileSystem):  # type: ignore[misc,unused-ignore]
    """fsspec's file system for the web takes any failure for a missing file, and knows no times; this one does not.

    Args:
        headers: sent to the location's own server with each request.
        login: user and password for it, or None.
        connect_seconds: how long it may take to answer at first.
        stall_seconds: how long no byte may come.
    """

    cachable = False

    def __init__(
        self, *, headers: dict[str, str], login: tuple[str, str] | None, connect_seconds: float, stall_seconds: float
    ) -> None:
        authorization = {"Authorization": aiohttp.encode_basic_auth(*login)} if login else {}
        self._secret_headers = headers | authorization
        limits = aiohttp.ClientTimeout(total=None, connect=None, sock_connect=connect_seconds, sock_read=stall_seconds)
        # Bytes as they are: what a server compresses on the way would have another size and another hash.
        client = {"timeout": limits, "auto_decompress": False, "headers": {"Accept-Encoding": "identity"}}
        super().__init__(client_kwargs=client)

    async def _ls(self, url: str, detail: bool = True, **_: Any) -> list[Any]:
        """The addresses that a page links to on its own server, each once, in the page's order."""
        response = await self._ask("GET", url)
        async with response:
            at = str(response.url)
            page = await response.content.read(0)
            while len(page) <= _MOST_OF_A_PAGE and (part := await response.content.read(_BYTES_AT_ONCE)):
                page += part
            text = page.decode(response.get_encoding() if response.charset else "utf-8", errors="replace")
        links = _Links(at)
        links.feed(text)
        found = list(dict.fromkeys(link for link in links.found if _origin(link) == _origin(at)))
        return [{"name": link, "size": None, "type": "file"} for link in found] if detail else found

    # Of its own, because the one that is inherited calls the listing that is inherited.
    ls = sync_wrapper(_ls)

    async def _info(self, url: str, **_: Any) -> dict[str, Any]:
        """Size, time (``mtime``) and version (``etag``) of a file; what the server does not say is read off its bytes.

        Raises:
            FileNotFoundError: there is none at that address.
        """
        response = await self._ask_for_headers(url)
        size = response.headers.get("Content-Length", "")
        mtime = _time(response.headers.get("Last-Modified"))
        etag = None if mtime else response.headers.get("ETag")
        info: dict[str, Any] = {"name": url, "type": "file", "mtime": mtime, "etag": etag}
        if size.isdecimal() and (mtime or etag):
            return info | {"size": int(size)}
        return info | await self._read_through(url)

    async def _ask_for_headers(self, url: str) -> aiohttp.ClientResponse:
        try:
            response = await self._ask("HEAD", url)
        except UnwelcomeAnswer as answer:
            if answer.status not in _NO_HEAD:
                raise
        except PermissionError:
            pass
        else:
            response.release()
            return response
        response = await self._ask("GET", url)
        # The rest is not waited for.
        response.close()
        return response

    async def _read_through(self, url: str) -> dict[str, Any]:
        digest, size = hashlib.sha256(), 0
        async with await self._ask("GET", url) as response:
            async for part in response.content.iter_chunked(_BYTES_AT_ONCE):
                digest.update(part)
                size += len(part)
        return {"size": size, "etag": f"sha256:{digest.hexdigest()}"}

    def _open(self, path: str, *_: Any, **__: Any) -> WebFile:
        return WebFile(self, path)

    async def _ask(self, method: str, url: str) -> aiohttp.ClientResponse:
        """One request, sent on as the server says: never from https to http, and elsewhere without our credentials.

        Raises:
            FileNotFoundError: there is nothing at that address.
            PermissionError: the server wants other credentials.
            UnwelcomeAnswer: another status that is no success.
            WrongTurn: it sends us to where we do not go.
        """
        session = await self.set_session()
        own = _origin(url)
        for _ in range(_MOST_TURNS):
            headers = self._secret_headers if _origin(url) == own else {}
            request: AbstractAsyncContextManager[aiohttp.ClientResponse] = session.request(
                method, self.encode_url(url), headers=headers, allow_redirects=False
            )
            response = await request.__aenter__()
            if response.status not in _MOVED:
                break
            response.release()
            to = urljoin(url, response.headers.get("Location", ""))
            if urlsplit(to).scheme != "https" and _origin(to) != own:
                host = urlsplit(to).netloc.rpartition("@")[2]
                raise WrongTurn(f"The server sends us on to {urlsplit(to).scheme}://{host}.")
            url = to
        else:
            raise WrongTurn(f"The server sends us on more than {_MOST_TURNS} times.")
        if response.status == 200:
            return response
        response.close()
        if response.status in _GONE:
            raise FileNotFoundError(url)
        if response.status == 401 or (response.status == 403 and method == "GET"):
            raise PermissionError(url)
        raise UnwelcomeAnswer(response.status)


class WebFile:
    """A file of the web, read once from its beginning.

    Args:
        filesystem: which asks for it.
        url: its address.
    """

    def __init__(self, filesystem: WebFileSystem, url: str) -> None:
        self._loop = filesystem.loop
        self._response: aiohttp.ClientResponse = sync(self._loop, filesystem._ask, "GET", url)

    def read(self, size: int) -> bytes:
        """The next bytes, at most so many; none at the end."""
        part: bytes = sync(self._loop, self._response.content.read, size)
        return part

    def close(self) -> None:
        """Hang up."""
        self._loop.call_soon_threadsafe(self._response.close)


class _Links(HTMLParser):
    """The addresses of a page's links, in its order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self._base = page
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        address = dict(attributes).get("href")
        if not address:
            return
        try:
            url = urldefrag(urljoin(self._base, address.strip())).url
        except ValueError:
            return
        if tag == "base":
            self._base = url
        elif tag == "a":
            self.found.append(url)


def _origin(url: str) -> tuple[str, str | None, int | None]:
    try:
        parts = urlsplit(url)
        return parts.scheme, parts.hostname, parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    except ValueError:
        return "", None, None


def _time(text: str | None) -> datetime | None:
    if not text:
        return None
    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
