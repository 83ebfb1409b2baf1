"""The second calculation must stay a second one: nothing of the pipeline or of the generator may be in it."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import tests.integration.independent

PACKAGE = Path(tests.integration.independent.__file__).parent
ALLOWED = {
    *("__future__", "argparse", "collections", "csv", "dataclasses", "datetime", "decimal", "functools", "importlib"),
    *("io", "itertools", "pathlib", "re", "sys", "typing", "zipfile"),
    *("brotli", "msgpack", "openpyxl", "psycopg"),
}


@pytest.mark.parametrize("path", sorted(PACKAGE.glob("*.py")), ids=lambda path: path.name)
def test_imports_plain_python_only(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            modules = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            modules = [node.module or ""]
        else:
            continue
        for module in modules:
            own = (module + ".").startswith("tests.integration.independent.")
            assert own or module.split(".")[0] in ALLOWED, f"{path.name} line {node.lineno} imports {module}"
