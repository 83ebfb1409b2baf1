"""The script that makes .venv: which Python it takes, and what it tells uv of pip's configuration."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from star_warehouse.settings import REPOSITORY

SCRIPT = REPOSITORY / ".ci" / "environment"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with the script and no environment."""
    (tmp_path / ".ci").mkdir()
    (tmp_path / ".ci" / "environment").write_text(SCRIPT.read_text())
    (tmp_path / ".ci" / "make_environment.py").write_text("print('would be made with', __import__('sys').executable)")
    return tmp_path


def fake_python(folder: Path, name: str, *, fits: bool, has_venv: bool) -> Path:
    """A Python that says of itself what we want it to say."""
    folder.mkdir(exist_ok=True)
    file = folder / name
    file.write_text(
        "#!/bin/sh\ncase $2 in\n"
        f"*version_info*) echo {'fits' if fits else 'other'} ;;\n"
        f"*ensurepip*) exit {0 if has_venv else 1} ;;\n"
        "*platform*) echo 'is Python 3.9.2' ;;\n"
        f'*) exec {sys.executable} "$@" ;;\nesac\n'
    )
    file.chmod(0o755)
    return file


def make(checkout: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/sh", str(checkout / ".ci" / "environment")],
        env={"PATH": f"{checkout / 'bin'}:/usr/bin:/bin"} | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_python_that_is_too_old_is_one_sentence(checkout: Path) -> None:
    old = fake_python(checkout / "bin", "old", fits=False, has_venv=True)
    done = make(checkout, PYTHON=str(old))
    assert done.returncode == 2
    assert done.stderr.strip().count("\n") == 0
    assert "is Python 3.9.2" in done.stderr
    assert "3.11, 3.12 or 3.13" in done.stderr


def test_no_python_at_all_is_one_sentence(checkout: Path) -> None:
    done = make(checkout, PYTHON="/nowhere/python3")
    assert done.returncode == 2
    assert "It is not there" in done.stderr


def test_a_python_without_venv_is_one_sentence(checkout: Path) -> None:
    bare = fake_python(checkout / "bin", "bare", fits=True, has_venv=False)
    done = make(checkout, PYTHON=str(bare))
    assert done.returncode == 2
    assert "no venv module" in done.stderr


def test_the_first_python_that_fits_is_taken(checkout: Path) -> None:
    fake_python(checkout / "bin", "python3.11", fits=True, has_venv=False)
    fake_python(checkout / "bin", "python3.12", fits=True, has_venv=True)
    assert "would be made with" in make(checkout).stdout


@pytest.fixture
def script() -> ModuleType:
    specification = importlib.util.spec_from_file_location(
        "make_environment", REPOSITORY / ".ci" / "make_environment.py"
    )
    assert specification and specification.loader
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def test_pips_indexes_and_certificate_are_handed_to_uv(script: ModuleType) -> None:
    told = script.uv_environment(
        {
            "index-url": "file:///first",
            "extra-index-url": "file:///a\nfile:///b",
            "find-links": "/wheels /more",
            "cert": "/etc/ca.pem",
            "default-timeout": "180",
            "disable-pip-version-check": "1",
        }
    )
    assert told == {
        "UV_INDEX_STRATEGY": "unsafe-best-match",
        "UV_DEFAULT_INDEX": "file:///first",
        "UV_INDEX": "file:///a file:///b",
        "UV_FIND_LINKS": "/wheels,/more",
        "SSL_CERT_FILE": "/etc/ca.pem",
        "UV_HTTP_TIMEOUT": "180",
    }


def test_pips_environment_goes_before_its_files(
    script: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "pip.conf").write_text("[global]\nindex-url = file:///of-the-file\ntimeout = 7\n")
    monkeypatch.setenv("PIP_CONFIG_FILE", str(tmp_path / "pip.conf"))
    monkeypatch.setenv("PIP_INDEX_URL", "file:///of-the-environment")
    monkeypatch.setattr(script, "PYTHON", sys.executable)
    settings = script.pip_settings()
    assert settings["index-url"] == "file:///of-the-environment"
    assert settings["timeout"] == "7"


def test_names_no_index_host() -> None:
    for name in ("environment", "make_environment.py"):
        assert "://" not in (REPOSITORY / ".ci" / name).read_text()
    assert "://" not in (REPOSITORY / "Makefile").read_text()


def test_a_program_that_is_no_python_is_not_taken_for_one(checkout: Path) -> None:
    done = make(checkout, PYTHON="/bin/true")
    assert done.returncode == 2
    assert "Python 3.11, 3.12 or 3.13 is needed" in done.stderr
