"""The fsspec file system of a remote location, with limits on waiting and with its server's identity checked.

The libraries take up to a second to import, so each is imported only when a location needs it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from star_warehouse.receive.connections import PlaceConnection
from star_warehouse.receive.patience import Patience
from star_warehouse.refusal import Refusal
from star_warehouse.sources import Location

# fsspec is not typed; of its file systems only `ls`, `info`, `open` and `cat_file` are used.
FileSystem = Any

_SSH_SECONDS_BETWEEN_SIGNS_OF_LIFE = 15


def open_filesystem(location: Location, connection: PlaceConnection | None, patience: Patience) -> FileSystem:
    """Make the file system of a remote location; those of web and stores connect when they are first asked.

    Args:
        location: where it is; no folder of this machine.
        connection: its credentials; without them, what the environment and the user's own keys give.
        patience: how long to wait.

    Raises:
        Refusal: the connection does not fit the location.
        Exception: whatever the library raises when an SSH server does not answer or does not let us in.
    """
    if location.scheme == "sftp":
        return _sftp(location, connection or PlaceConnection(""), patience)
    if location.scheme == "s3":
        return _s3(connection, patience)
    if location.scheme == "az":
        return _azure(connection, patience)
    return _web(location, connection, patience)


def _sftp(location: Location, connection: PlaceConnection, patience: Patience) -> FileSystem:
    import asyncssh  # type: ignore[import-not-found,import-untyped,unused-ignore]

    from star_warehouse.receive.ssh_filesystem import SshFileSystem

    host = location.host or connection.host
    if not host:
        raise _misfit(connection, "says no host, and neither does the location", "Add the host to one of them.")
    if location.host and connection.host and location.host.lower() != connection.host.lower():
        raise _misfit(
            connection,
            f"is for {connection.host}, and the location is at {location.host}",
            "Give the location its own connection, so that no password goes to another server.",
        )
    options: dict[str, Any] = {}
    if connection.login:
        options["username"] = connection.login
    if port := location.port or connection.port:
        options["port"] = port
    passphrase = connection.text("private_key_passphrase")
    if key := connection.text("private_key"):
        try:
            options["client_keys"] = [asyncssh.import_private_key(key, passphrase)]
        except (ValueError, asyncssh.KeyImportError, asyncssh.KeyEncryptionError):
            raise _misfit(
                connection, "has a 'private_key' that cannot be read", "Correct it or its passphrase."
            ) from None
    elif file := connection.text("key_file"):
        options["client_keys"] = [file]
        options["passphrase"] = passphrase
    elif connection.password:
        # Keys of this machine's user are for elsewhere; too many of them offered, and a server hangs up.
        options |= {"client_keys": None, "agent_path": None}
    if connection.password:
        options["password"] = connection.password
    return SshFileSystem(
        host,
        known_hosts=_known_hosts(connection),
        stall_seconds=patience.stall_seconds,
        **options,
        connect_timeout=patience.connect_seconds,
        login_timeout=patience.connect_seconds,
        timeout=patience.connect_seconds,
        keepalive_interval=_SSH_SECONDS_BETWEEN_SIGNS_OF_LIFE,
    )


def _known_hosts(connection: PlaceConnection) -> object:
    """What asyncssh checks the server's key against."""
    import asyncssh

    if key := connection.text("host_key"):
        try:
            return [asyncssh.import_public_key(key)], [], []
        except (ValueError, asyncssh.KeyImportError):
            raise _misfit(
                connection, "has a 'host_key' that is no public key", "Write it like: ssh-ed25519 AAAA…"
            ) from None
    path = Path(connection.text("known_hosts") or "~/.ssh/known_hosts").expanduser()
    return [str(path)] if path.is_file() else b""


def _s3(connection: PlaceConnection | None, patience: Patience) -> FileSystem:
    from s3fs import S3FileSystem  # type: ignore[import-not-found,import-untyped,unused-ignore]

    connection = connection or PlaceConnection("")
    region = connection.text("region_name")
    filesystem = S3FileSystem(
        key=connection.login,
        secret=connection.password,
        token=connection.text("aws_session_token", "session_token"),
        endpoint_url=connection.text("endpoint_url"),
        anon=connection.extra.get("anon") is True,
        client_kwargs={"region_name": region} if region else {},
        config_kwargs={
            "connect_timeout": patience.connect_seconds,
            "read_timeout": patience.stall_seconds,
            "retries": {"total_max_attempts": 1},
        },
        use_listings_cache=False,
        skip_instance_cache=True,
    )
    # Trying again is ours: the library would multiply the waiting.
    filesystem.retries = 1
    return filesystem


def _azure(connection: PlaceConnection | None, patience: Patience) -> FileSystem:
    from star_warehouse.receive.blob_filesystem import BlobFileSystem

    limits: dict[str, Any] = {
        "connection_timeout": patience.connect_seconds,
        "read_timeout": patience.stall_seconds,
    }
    if connection is None:
        return BlobFileSystem(**limits)
    if text := connection.text("connection_string"):
        return BlobFileSystem(connection_string=text, **limits)
    tenant = connection.text("tenant_id", "tenantId")
    host = (urlsplit(connection.host).netloc if connection.host and "://" in connection.host else connection.host) or ""
    account = connection.text("account_name") or host.partition(".")[0] or (None if tenant else connection.login)
    if not account:
        raise _misfit(connection, "says no storage account", "Add it as the extra 'account_name'.")
    if "." in host:
        limits["account_host"] = host
    if tenant:
        return BlobFileSystem(
            account_name=account,
            tenant_id=tenant,
            client_id=connection.login,
            client_secret=connection.password,
            **limits,
        )
    return BlobFileSystem(
        account_name=account,
        account_key=connection.text("account_key", "shared_access_key") or connection.password,
        sas_token=connection.text("sas_token"),
        anon=connection.extra.get("anon") is True,
        **limits,
    )


def _web(location: Location, connection: PlaceConnection | None, patience: Patience) -> FileSystem:
    from star_warehouse.receive.web_filesystem import WebFileSystem

    headers: dict[str, str] = {}
    login = None
    if connection is not None:
        if connection.host and urlsplit(f"//{connection.host.rpartition('://')[2]}").hostname != location.host.lower():
            raise _misfit(
                connection,
                f"is for {connection.host}, and the location is at {location.host}",
                "Give the location its own connection, so that no password goes to another server.",
            )
        given = connection.extra.get("headers")
        headers = {str(name): str(value) for name, value in given.items()} if isinstance(given, dict) else {}
        login = (connection.login or "", connection.password or "") if connection.password else None
    return WebFileSystem(
        headers=headers,
        login=login,
        connect_seconds=patience.connect_seconds,
        stall_seconds=patience.stall_seconds,
    )


def _misfit(connection: PlaceConnection, what: str, way_out: str) -> Refusal:
    return Refusal(
        f"The connection {what}.", where=f"Airflow connection {connection.connection_id}".strip(), way_out=way_out
    )
