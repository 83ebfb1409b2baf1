"""The passwords and keys of a home folder."""

from __future__ import annotations

import base64
import json
import stat
from pathlib import Path

import pytest

from star_warehouse.local.credentials import credentials_file, ensure_credentials
from star_warehouse.refusal import Refusal


def test_are_made_once_and_for_their_owner_alone(tmp_path: Path) -> None:
    home = tmp_path / "home"
    first = ensure_credentials(home)
    assert ensure_credentials(home) == first
    assert stat.S_IMODE(credentials_file(home).stat().st_mode) == 0o600
    assert len(set(vars(first).values())) == len(vars(first))
    assert len(base64.urlsafe_b64decode(first.airflow_fernet_key)) == 32


def test_what_is_missing_is_added_and_the_rest_kept(tmp_path: Path) -> None:
    first = ensure_credentials(tmp_path)
    known = json.loads(credentials_file(tmp_path).read_text())
    del known["reader_password"]
    credentials_file(tmp_path).write_text(json.dumps(known))
    second = ensure_credentials(tmp_path)
    assert second.reader_password != first.reader_password
    assert second.warehouse_password == first.warehouse_password


@pytest.mark.parametrize("content", ["{not json", "[1]", '{"warehouse_password": 5}'])
def test_a_damaged_file_is_one_sentence(tmp_path: Path, content: str) -> None:
    credentials_file(tmp_path).write_text(content)
    with pytest.raises(Refusal) as refused:
        ensure_credentials(tmp_path)
    assert str(credentials_file(tmp_path)) in str(refused.value)
    assert credentials_file(tmp_path).read_text() == content
