"""Azure blobs as adlfs reads them, with limits on waiting."""

from __future__ import annotations

from typing import Any

from adlfs import AzureBlobFileSystem  # type: ignore[import-not-found,import-untyped,unused-ignore]
from azure.storage.blob.aio import BlobServiceClient  # type: ignore[import-not-found,import-untyped,unused-ignore]


class BlobFileSystem(AzureBlobFileSystem):  # type: ignore[misc,unused-ignore]
    """adlfs sets its limits on the transfer of a blob alone and tries a minute before it says that nothing answers.

    Args:
        connection_timeout: seconds until the server must have answered.
        read_timeout: seconds that no byte may come.
        options: what else adlfs takes.
    """

    cachable = False

    def __init__(self, *, connection_timeout: float, read_timeout: float, **options: Any) -> None:
        # Trying again is the caller's.
        self._limits: dict[str, Any] = {
            "connection_timeout": connection_timeout,
            "read_timeout": read_timeout,
            "retry_total": 0,
        }
        super().__init__(**options, use_listings_cache=False)

    def do_connect(self) -> None:
        """Make the client, with the credentials that adlfs found."""
        if self.connection_string is not None:
            self.service_client = BlobServiceClient.from_connection_string(self.connection_string, **self._limits)
            return
        if self.account_name is None:
            raise PermissionError("no storage account")
        host = getattr(self, "account_host", f"{self.account_name}.blob.core.windows.net")
        self.account_url = f"https://{host}"
        credential = self.credential or self.account_key or self.sas_token
        self.service_client = BlobServiceClient(self.account_url, credential=credential, **self._limits)
