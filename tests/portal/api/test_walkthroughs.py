"""The walk-throughs of docs/api-walkthroughs.md do what they say, run as they are printed, against the real server."""

import csv
import io
import json
import re
import shutil
import subprocess
import sys
from urllib.request import Request, urlopen

import pytest

from portal.api import prose

SHOWN_ADDRESS = re.compile(re.escape(prose.SITE) + r'[^\s"]+')
MOST_OF_GOOGLE = 2 * 1024 * 1024
"""Bytes that stay far below what a spreadsheet function takes in at once."""


def code(language: str) -> str:
    """What the text gives to be run, from its beginning to its end."""
    blocks = prose.MARKDOWN.parse(prose.text("walkthroughs"))
    return "\n".join(block.content for block in blocks if block.type == "fence" and block.info == language)


def printed(language: str, site: str) -> str:
    """The code with the server's name for the portal's."""
    return code(language).replace(prose.SITE, site)


@pytest.fixture
def run(tmp_path):
    def in_a_folder_of_its_own(*command: str) -> list[str]:
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()

    return in_a_folder_of_its_own


@pytest.mark.skipif(not shutil.which("curl"), reason="there is no curl on this machine")
def test_the_calls_of_curl_answer(site_url, run, tmp_path):
    lines = run("sh", "-e", "-c", printed("sh", site_url))
    answers = json.JSONDecoder()
    text, met = "\n".join(lines), []
    while text.lstrip().startswith("{"):
        answer, end = answers.raw_decode(text.lstrip())
        met.append(answer)
        text = text.lstrip()[end:]
    status, answer, found = met
    assert status["data_version"] == answer["meta"]["data_version"]
    assert answer["jurisdiction"]["geoid"] == "12011"
    assert [each["jurisdiction"]["name"] for each in found["candidates"]][:1] == ["Davie town"]
    rows = list(csv.DictReader(io.StringIO((tmp_path / "agreements.csv").read_text(encoding="utf-8"), newline="")))
    assert {row["status"] for row in rows} == {"listed"}
    assert text.strip() == "304"
    assert json.loads((tmp_path / "laws.json").read_text())["count"] > 0


def test_the_python_prints_what_the_api_says(site_url, run):
    lines = run(sys.executable, "-c", printed("python", site_url))
    assert lines[0].startswith("Broward County 20")
    assert any(re.search(r"\['(JEM|TFM|WSO)'", line) for line in lines)
    assert any(re.fullmatch(r"[1-9]\d* agreements on the list of 2025-12-31", line) for line in lines)
    assert lines[-1] == "400 stat There is no such parameter here."


def test_a_spreadsheet_can_read_what_is_shown_for_it(site_url):
    addresses = SHOWN_ADDRESS.findall(code("text"))
    assert len(addresses) == 2
    for address in addresses:
        # As a spreadsheet's function asks: no header of ours, no cookie, no key.
        with urlopen(Request(address.replace(prose.SITE, site_url), headers={"Accept": "*/*"})) as answer:
            assert answer.status == 200
            assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
            assert "Set-Cookie" not in answer.headers
            content = answer.read()
        assert len(content) < MOST_OF_GOOGLE
        heading, *rows = csv.reader(io.StringIO(content.decode("utf-8"), newline=""))
        assert len(set(heading)) == len(heading)
        assert all(re.fullmatch(r"\w+", name) for name in heading)
        assert rows
        assert {len(row) for row in rows} == {len(heading)}
        assert not any(cell.startswith(("=", "+", "@")) for row in rows for cell in row)


def test_all_code_of_the_text_is_run_here():
    languages = re.findall(r"^```(\w+)$", prose.text("walkthroughs"), re.M)
    assert set(languages) == {"sh", "python", "text"}
