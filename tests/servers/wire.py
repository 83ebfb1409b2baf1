"""A wire to a server that can be cut, can stop carrying anything, and can be slow."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
import time
from collections.abc import Callable

_HARD = struct.pack("ii", 1, 0)


class Wire:
    """Carries every connection to a server; what it does with the server's bytes can be told.

    Args:
        port: the server's port on 127.0.0.1.
    """

    def __init__(self, port: int) -> None:
        self._server = port
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self._lock = threading.Lock()
        self._carried = 0
        self._at: int | None = None
        self._then: Callable[[], None] | None = None
        self._again = 0
        self._is_stalled = False
        self._bytes_per_second: float | None = None
        self._open: list[tuple[socket.socket, socket.socket]] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def cut_after(self, count: int, *, times: int = 1_000_000) -> None:
        """Cut all connections once the server sent so many bytes from now on, and again after as many, some times."""
        self._plan(count, self._cut, times)

    def stall_after(self, count: int) -> None:
        """Carry nothing any more once the server sent so many bytes from now on."""

        def stall() -> None:
            self._is_stalled = True

        self._plan(count, stall, 1)

    def when_carried(self, count: int, action: Callable[[], None]) -> None:
        """Do something once the server sent so many bytes from now on; it waits for that."""
        self._plan(count, action, 1)

    def slow_down(self, bytes_per_second: float) -> None:
        """Carry no more than that from now on."""
        self._bytes_per_second = bytes_per_second

    def mend(self) -> None:
        """Carry everything again."""
        self._plan(None, None, 0)
        self._is_stalled = False
        self._bytes_per_second = None
        self._cut()

    def close(self) -> None:
        """Cut what is open and take no more."""
        self._is_stalled = False
        with contextlib.suppress(OSError):
            # Closing alone would leave the thread that waits there one more connection.
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._cut()

    def _plan(self, count: int | None, then: Callable[[], None] | None, times: int) -> None:
        with self._lock:
            self._carried, self._at, self._then, self._again = 0, count, then, times

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self._server))
            for end in (client, server):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._open.append((client, server))
            threading.Thread(target=self._carry, args=(client, server, False), daemon=True).start()
            threading.Thread(target=self._carry, args=(server, client, True), daemon=True).start()

    def _carry(self, origin: socket.socket, target: socket.socket, is_answer: bool) -> None:
        with contextlib.suppress(OSError):
            while data := origin.recv(1 << 14):
                while self._is_stalled:
                    time.sleep(0.02)
                if is_answer:
                    self._count(len(data))
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)

    def _count(self, count: int) -> None:
        if self._bytes_per_second:
            time.sleep(count / self._bytes_per_second)
        action = None
        with self._lock:
            self._carried += count
            if self._at is not None and self._carried >= self._at and self._again:
                self._carried, self._again, action = 0, self._again - 1, self._then
        if action:
            action()
        while self._is_stalled:
            time.sleep(0.02)

    def _cut(self) -> None:
        for pair in self._open:
            for end in pair:
                with contextlib.suppress(OSError):
                    # At once and without a farewell, as when a cable is pulled.
                    end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _HARD)
                    end.shutdown(socket.SHUT_RDWR)
                end.close()
        self._open.clear()
