"""Style sheets are written for people and sent without what browsers do not need."""

from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles.storage import StaticFilesStorage

from portal.stylesheets import Storage, minified


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        pytest.param("a > b { color: red; }", "a>b{color:red}", id="spaces around signs"),
        pytest.param("/* why\n   so */\na { b: c; }\n", "a{b:c}", id="comments"),
        pytest.param("a b,\nc :hover { d: 1px 2px; e: f; }", "a b,c :hover{d:1px 2px;e:f}", id="a space that counts"),
        pytest.param("a { width: calc(1rem + 2vw); }", "a{width:calc(1rem + 2vw)}", id="a sum"),
        pytest.param('a::after { content: " ;  > "; }', 'a::after{content:" ;  > "}', id="a string"),
        pytest.param(
            "@media (max-width: 38em) {\n  a { b: c; }\n}", "@media (max-width:38em){a{b:c}}", id="a condition"
        ),
    ],
)
def test_comments_and_spaces_go_and_the_rules_stay(written, sent):
    assert minified(written) == sent


@pytest.mark.parametrize("path", sorted((settings.BASE_DIR / "static/css").glob("*.css")), ids=lambda path: path.name)
def test_each_sheet_of_ours_keeps_its_rules_and_strings(path):
    text = path.read_text()
    sent = minified(text)
    assert sent.count("{") == sent.count("}") == text.count("{")
    assert sent.count('"') == text.count('"')
    assert minified(sent) == sent


def test_the_collected_file_is_the_short_one_under_the_name_of_its_own_hash(tmp_path):
    (tmp_path / "from/css").mkdir(parents=True)
    (tmp_path / "from/css/own.css").write_text("a { b: c; } /* d */")
    (tmp_path / "from/other.css").write_text("a { b: c; } /* d */")
    (tmp_path / "to/css").mkdir(parents=True)
    for name in ("css/own.css", "other.css"):
        (tmp_path / "to" / name).write_text((tmp_path / "from" / name).read_text())
    collected = Storage(location=tmp_path / "to")
    written = StaticFilesStorage(location=tmp_path / "from")
    names = {
        name: new
        for name, new, _done in collected.post_process({n: (written, n) for n in ("css/own.css", "other.css")})
    }
    assert (tmp_path / "to" / names["css/own.css"]).read_text() == "a{b:c}"
    assert (tmp_path / "to" / names["other.css"]).read_text() == "a { b: c; } /* d */"
    assert Path(names["css/own.css"]).name != "own.css"
