"""Promises of the project's own files."""

import re
import tomllib

import pytest
from django.conf import settings

ROOT = settings.BASE_DIR
LOCKS = ["requirements.txt", "requirements-dev.txt"]
CODE = [ROOT / folder for folder in ("portal", "agreements", "jurisdictions", "tests", "templates", "static", "docs")]
INSTALLED = {"__pycache__", "node_modules"}
"""Folders with files that are made or fetched, not written here."""
CODE_FILES = [
    path for folder in CODE for path in folder.rglob("*") if path.is_file() and not INSTALLED & set(path.parts)
]


def name(requirement: str) -> str:
    return re.match(r"[\w.-]+", requirement)[0].lower().replace("_", "-")


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_pins_each_package_with_hashes_and_names_no_address(lock):
    text = (ROOT / lock).read_text()
    assert "://" not in text
    packages = re.split(r"^(?=\w)", text, flags=re.M)[1:]
    assert packages
    for package in packages:
        assert re.match(r"[\w.-]+==\S+ ", package), package
        assert "--hash=sha256:" in package, package


def test_the_locks_hold_every_dependency():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    needed = {name(one) for one in project["project"]["dependencies"]}
    for_tests = {name(one) for one in project["dependency-groups"]["dev"]}
    run, dev = ({name(line) for line in (ROOT / lock).read_text().splitlines() if "==" in line} for lock in LOCKS)
    assert needed <= run
    assert needed | for_tests <= dev
    assert not for_tests & run - needed


def test_each_dependency_says_what_it_is_for():
    lines = (ROOT / "pyproject.toml").read_text().splitlines()
    start, end = lines.index("dependencies = ["), lines.index("[tool.ruff]")
    for before, line in zip(lines[start:end], lines[start + 1 : end], strict=False):
        if line.startswith('    "'):
            assert before.startswith("    # "), f"no comment above {line.strip()}"


def test_operators_can_look_up_each_variable():
    read = set(re.findall(r'env\.\w+\(\s*"(\w+)"', (ROOT / "portal" / "settings.py").read_text()))
    read |= set(re.findall(r'environ\.get\("(\w+)"', (ROOT / "portal" / "serve.py").read_text()))
    documented = set(re.findall(r"^\| `(\w+)` \|", (ROOT / "docs" / "operators.md").read_text(), flags=re.M))
    assert read == documented


def test_nothing_is_left_undone_and_no_spreadsheet_lies_about():
    mark = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X)\b")
    for path in CODE_FILES:
        assert path.suffix not in {".xlsx", ".xls"}, path
        if path.suffix in {".py", ".html", ".css", ".js", ".md", ".toml"}:
            assert not mark.search(path.read_text(encoding="utf-8")), path


def test_make_help_lists_every_command():
    makefile = (ROOT / "Makefile").read_text()
    listed = set(re.findall(r"^([a-z-]+):.*##", makefile, flags=re.M))
    assert {"run", "test", "lint", "demo-staff", "lock"} <= listed
    for page in ("README.md", "docs/operators.md"):
        for command in re.findall(r"`make ([a-z-]+)", (ROOT / page).read_text()):
            assert command in listed, f"{page} names `make {command}`"
