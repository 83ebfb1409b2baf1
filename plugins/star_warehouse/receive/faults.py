"""What can go wrong between us and a remote place, each in a sentence without secrets."""

from __future__ import annotations

import errno
import logging
import os
import traceback
from collections.abc import Iterator
from dataclasses import dataclass

from star_warehouse.refusal import Refusal

log = logging.getLogger(__name__)

_NEXT_RUN = "The next run tries it again; if it goes on, ask whoever runs that server."
_RETRIED_STATUS = (408, 425, 429)


class PlaceRefusal(Refusal):
    """A place does not give what is asked for; asking again at once would not help."""


class Interruption(PlaceRefusal):
    """A remote place did not answer, or stopped answering; it may in a moment."""


class UnwelcomeAnswer(OSError):
    """A web server answered with a status that is no success.

    Args:
        status: the HTTP status.
    """

    def __init__(self, status: int) -> None:
        self.status = status
        super().__init__(f"answered {status}")


class WrongTurn(OSError):
    """A web server sent us on to where we do not go; the sentence says where."""


@dataclass(frozen=True)
class _Kind:
    """A kind of fault: the names of the exceptions that mean it, and what is said of it."""

    names: frozenset[str]
    what: str
    way_out: str
    may_pass: bool


# By name, in this order: the libraries that raise them are not imported for a file in a local folder.
_KINDS = (
    _Kind(
        frozenset({"HostKeyNotVerifiable", "KeyImportError"}),
        "The server's host key is not known here, so it may be another server.",
        "Ask its operator for the key, and put it into known_hosts or into the connection's extra 'host_key'.",
        False,
    ),
    _Kind(
        frozenset({"SSLCertVerificationError", "ClientConnectorCertificateError", "ClientSSLError", "SSLError"}),
        "The server's certificate does not prove that it is that server.",
        "Ask whoever runs it for a valid certificate.",
        False,
    ),
    _Kind(
        frozenset(
            {
                *("PermissionError", "PermissionDenied", "SFTPPermissionDenied"),
                *("NoCredentialsError", "PartialCredentialsError", "TokenRetrievalError"),
                *("ClientAuthenticationError", "CredentialUnavailableError"),
            }
        ),
        "The server does not let us in.",
        "Check the login, key and rights in the Airflow connection of this location.",
        False,
    ),
    _Kind(
        frozenset(
            {
                *("TimeoutError", "FSTimeoutError", "ServerTimeoutError"),
                *("ReadTimeoutError", "ConnectTimeoutError", "ServiceResponseTimeoutError"),
            }
        ),
        "Nothing came from the server for {seconds:.0f} s.",
        _NEXT_RUN,
        True,
    ),
    _Kind(
        frozenset(
            {
                *("ConnectionError", "gaierror", "ClientError", "ClientConnectionError", "ClientPayloadError"),
                *("EndpointConnectionError", "HTTPClientError", "IncompleteRead", "IncompleteReadError"),
                *("ResponseStreamingError", "ServiceRequestError", "ServiceResponseError", "HttpResponseError"),
                *("ConnectionLost", "DisconnectError", "SFTPError", "ChannelOpenError"),
            }
        ),
        "The server does not answer, or the connection broke off{detail}.",
        _NEXT_RUN,
        True,
    ),
)


def fault(error: BaseException, where: str, seconds: float) -> PlaceRefusal:
    """The sentence for an exception of a library that reads a remote place.

    Args:
        error: what it raised. Its own text is not told: it may hold a signature or a key.
        where: the source and the file or location.
        seconds: how long nothing came, if that is what it means.
    """
    chain = list(_chain(error))
    for link in chain:
        if isinstance(link, PlaceRefusal):
            return link
        if isinstance(link, Refusal):
            return PlaceRefusal(link.what, where=f"{where}, {link.where}", way_out=link.way_out)
        if isinstance(link, UnwelcomeAnswer):
            may_pass = link.status >= 500 or link.status in _RETRIED_STATUS
            return (Interruption if may_pass else PlaceRefusal)(
                f"The server answered {link.status}.", where=where, way_out=_NEXT_RUN
            )
        if isinstance(link, WrongTurn):
            return PlaceRefusal(str(link), where=where, way_out="Declare the address that it leads to, if it is right.")
    if isinstance(error, FileNotFoundError):
        return PlaceRefusal(
            "It is not there.", where=where, way_out="Check the source's 'location', or put it there again."
        )
    names = {name for link in chain for name in _names(link)}
    for kind in _KINDS:
        if kind.names & names:
            what = kind.what.format(seconds=seconds, detail=_detail(chain))
            return (Interruption if kind.may_pass else PlaceRefusal)(what, where=where, way_out=kind.way_out)
    # Where it came from, without what it says.
    log.warning("%s: %s\n%s", where, type(error).__name__, "".join(traceback.format_tb(error.__traceback__)))
    return PlaceRefusal(f"It cannot be read: {type(error).__name__}.", where=where, way_out=_NEXT_RUN)


def _chain(error: BaseException) -> Iterator[BaseException]:
    link: BaseException | None = error
    while link is not None:
        yield link
        link = link.__cause__ or link.__context__


def _names(error: BaseException) -> Iterator[str]:
    for kind in type(error).__mro__:
        yield kind.__name__


def _detail(chain: list[BaseException]) -> str:
    for link in chain:
        if isinstance(link, OSError) and link.errno is not None and link.errno in errno.errorcode:
            return f" ({os.strerror(link.errno).lower()})"
    return ""
