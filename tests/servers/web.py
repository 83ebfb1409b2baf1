"""A web server with a listing page and files, which notes what it was asked for."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from email.utils import formatdate
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import quote, unquote


@dataclass
class Page:
    """What is at an address.

    Attributes:
        body: its bytes.
        headers: what is sent with it, beside its length.
        status: the answer's status.
        has_length: its length is told.
        takes_head: it answers HEAD.
    """

    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    status: int = 200
    has_length: bool = True
    takes_head: bool = True


class WebServer:
    """Serves pages by their path; ``/files/`` lists what lies below it."""

    def __init__(self) -> None:
        self.pages: dict[str, Page] = {}
        self.asked: list[tuple[str, str]] = []
        self.credentials: list[str | None] = []
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                server._answer(self, with_body=True)

            def do_HEAD(self) -> None:
                server._answer(self, with_body=False)

            def log_message(self, *_: object) -> None:
                """Tests read ``asked`` instead."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.port: int = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def put(self, path: str, body: bytes, written_at: float | None = 1_700_000_000, **headers: str) -> Page:
        """Put a page, with the time it was written unless that is None."""
        time = {} if written_at is None else {"Last-Modified": formatdate(written_at, usegmt=True)}
        self.pages[path] = Page(body, {"Content-Type": "text/csv", **time, **headers})
        return self.pages[path]

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()

    def _answer(self, request: BaseHTTPRequestHandler, *, with_body: bool) -> None:
        self.asked.append((request.command, request.path))
        self.credentials.append(request.headers.get("Authorization"))
        path = unquote(request.path)
        page = self.pages.get(request.path) or self.pages.get(path)
        if page is None and path == "/files/":
            page = Page(self._listing().encode(), {"Content-Type": "text/html; charset=utf-8"})
        if page is None:
            page = Page(b"nothing", status=404)
        if not page.takes_head and request.command == "HEAD":
            page = Page(status=405)
        request.send_response(page.status)
        for name, value in page.headers.items():
            request.send_header(name, value)
        if page.has_length:
            request.send_header("Content-Length", str(len(page.body)))
        else:
            request.send_header("Connection", "close")
            request.close_connection = True
        request.end_headers()
        if with_body:
            request.wfile.write(page.body)

    def _listing(self) -> str:
        names = [path.removeprefix("/files/") for path in self.pages if path.startswith("/files/")]
        rows = "".join(f'<li><a href="{quote(name)}">{escape(name)}</a></li>' for name in sorted(names) if name)
        return f'<h1>Index of /files/</h1><a href="?C=M;O=A">Last modified</a><a href="../">Parent</a><ul>{rows}</ul>'
