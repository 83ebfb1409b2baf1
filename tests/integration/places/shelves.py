"""One way to put files on four kinds of servers, each behind a wire that can fail."""

from __future__ import annotations

import json
import os
import shutil
import threading
from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import boto3
from azure.storage.blob import ContainerClient
from botocore.config import Config
from moto.server import ThreadedMotoServer

from tests.servers.blobs import AzuriteServer
from tests.servers.ssh import SshServer
from tests.servers.web import WebServer
from tests.servers.wire import Wire

CONNECTION = "town_place"
VARIABLE = "AIRFLOW_CONN_TOWN_PLACE"


class Shelf(ABC):
    """A folder on a server, and how it is reached through a wire.

    Attributes:
        port: of the server.
    """

    port: int

    @abstractmethod
    def put(self, name: str, data: bytes) -> None:
        """Put a file there, in place of one of that name."""

    @abstractmethod
    def clear(self) -> None:
        """Take everything away."""

    @abstractmethod
    def location(self, wire: Wire) -> str:
        """What a source declares."""

    @abstractmethod
    def connection(self, wire: Wire) -> Mapping[str, Any]:
        """The Airflow connection that the location names."""

    def secrets(self) -> list[str]:
        """What must never be told."""
        return []

    @abstractmethod
    def close(self) -> None:
        """Stop the server."""

    def variable(self, wire: Wire) -> str:
        """What the environment variable of the connection holds."""
        return json.dumps(self.connection(wire))


class SshShelf(Shelf):
    """A folder of an SSH server."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "upload"
        self._server = SshServer(folder)
        self.port = self._server.port
        self.host_key = self._server.host_key
        self._clock = 1_700_000_000

    @property
    def folder(self) -> Path:
        """The folder, as the server's machine has it."""
        return self._folder

    def put(self, name: str, data: bytes) -> None:
        path = self._folder / name
        path.write_bytes(data)
        self._clock += 60
        os.utime(path, (self._clock, self._clock))

    def clear(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.mkdir()

    def location(self, wire: Wire) -> str:
        return f"sftp://{CONNECTION}@127.0.0.1:{wire.port}/upload"

    def connection(self, wire: Wire) -> Mapping[str, Any]:
        return {
            "conn_type": "sftp",
            "login": self._server.user,
            "password": self._server.password,
            "extra": {"host_key": self.host_key},
        }

    def secrets(self) -> list[str]:
        return [self._server.password]

    def close(self) -> None:
        self._server.close()


class WebShelf(Shelf):
    """A listing page of a web server."""

    def __init__(self) -> None:
        self.server = WebServer()
        self.port = self.server.port
        self._clock = 1_700_000_000

    def put(self, name: str, data: bytes) -> None:
        self._clock += 60
        self.server.put(f"/files/{name}", data, self._clock)

    def clear(self) -> None:
        self.server.pages.clear()
        self.server.asked.clear()
        self.server.credentials.clear()

    def location(self, wire: Wire) -> str:
        return f"http://{CONNECTION}@127.0.0.1:{wire.port}/files/"

    def connection(self, wire: Wire) -> Mapping[str, Any]:
        return {"conn_type": "http", "login": "town", "password": "web secret"}

    def secrets(self) -> list[str]:
        return ["web secret"]

    def close(self) -> None:
        self.server.close()


class S3Shelf(Shelf):
    """A folder of a bucket."""

    def __init__(self) -> None:
        self._server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
        self._server.start()
        _, self.port = self._server.get_host_and_port()
        self._client = boto3.client(
            "s3",
            endpoint_url=f"http://127.0.0.1:{self.port}",
            region_name="eu-west-2",
            aws_access_key_id="AKIATOWN",
            aws_secret_access_key="s3 secret",
            config=Config(proxies={}),
        )
        self._client.create_bucket(Bucket="town", CreateBucketConfiguration={"LocationConstraint": "eu-west-2"})

    def put(self, name: str, data: bytes) -> None:
        self._client.put_object(Bucket="town", Key=f"spend/{name}", Body=data)

    def clear(self) -> None:
        for found in self._client.list_objects_v2(Bucket="town").get("Contents", []):
            self._client.delete_object(Bucket="town", Key=found["Key"])

    def location(self, wire: Wire) -> str:
        return f"s3://{CONNECTION}@town/spend/"

    def connection(self, wire: Wire) -> Mapping[str, Any]:
        return {
            "conn_type": "aws",
            "login": "AKIATOWN",
            "password": "s3 secret",
            "extra": {"endpoint_url": f"http://127.0.0.1:{wire.port}", "region_name": "eu-west-2"},
        }

    def secrets(self) -> list[str]:
        return ["s3 secret"]

    def close(self) -> None:
        self._server.stop()


class BlobShelf(Shelf):
    """A folder of a container of Azure blobs."""

    def __init__(self) -> None:
        self._server = AzuriteServer()
        self.port = self._server.port
        self._container = ContainerClient.from_connection_string(self._server.connection_string(self.port), "town")
        self._container.create_container()

    def put(self, name: str, data: bytes) -> None:
        self._container.upload_blob(f"spend/{name}", data, overwrite=True)

    def clear(self) -> None:
        for blob in self._container.list_blob_names():
            self._container.delete_blob(blob)

    def location(self, wire: Wire) -> str:
        return f"abfs://{CONNECTION}@town/spend"

    def connection(self, wire: Wire) -> Mapping[str, Any]:
        return {"conn_type": "wasb", "extra": {"connection_string": self._server.connection_string(wire.port)}}

    def secrets(self) -> list[str]:
        return [self._server.key]

    def close(self) -> None:
        self._container.close()
        self._server.close()


class Writer:
    """Somebody who goes on writing a file until stopped.

    Args:
        shelf: where.
        name: the file.
        line: what is added again and again.
    """

    def __init__(self, shelf: Shelf, name: str, header: bytes, line: bytes) -> None:
        self._shelf, self._name, self._line = shelf, name, line
        self.content = header
        self._is_done = threading.Event()
        self._thread = threading.Thread(target=self._write, daemon=True)

    def __enter__(self) -> Writer:
        self._add()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_done.set()
        self._thread.join()

    def _write(self) -> None:
        while not self._is_done.wait(0.02):
            self._add()

    def _add(self) -> None:
        self.content += self._line
        self._shelf.put(self._name, self.content)
