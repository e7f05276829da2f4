"""The texts of docs/ as pages: what of Markdown they may use, and what never comes out of it."""

import re

import pytest

from portal.api import prose


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        pytest.param("[b](mirror.md)", '<a href="/api/v1/docs/mirror/">b</a>', id="a text that is a page"),
        pytest.param("[b](mirror.md#areas)", '<a href="/api/v1/docs/mirror/#areas">b</a>', id="a part of it"),
        pytest.param("[b](/data/)", '<a href="/data/">b</a>', id="an address of the portal"),
        pytest.param("[b](#areas)", '<a href="#areas">b</a>', id="a part of the same page"),
        pytest.param("<https://ice.gov/>", '<a href="https://ice.gov/">https://ice.gov/</a>', id="the web"),
        pytest.param("[`b`](decisions/0016.md)", "<code>b</code>", id="a file that comes with the code"),
        pytest.param("[b](//elsewhere.org/)", "b", id="another site under our own sign"),
        pytest.param("[b](ftp://ice.gov/)", "b", id="another protocol"),
        pytest.param("[b](javascript:alert(1))", "[b](javascript:alert(1))", id="a script"),
        pytest.param("[b](<data:text/html,x>)", "[b](&lt;data:text/html,x&gt;)", id="a page within an address"),
        pytest.param(
            "[b](mirror.md) [c](x.md)", '<a href="/api/v1/docs/mirror/">b</a> c', id="one leads, one does not"
        ),
        pytest.param("<b onclick=x>b</b>", "&lt;b onclick=x&gt;b&lt;/b&gt;", id="HTML"),
        pytest.param("![b](/b.png)", '!<a href="/b.png">b</a>', id="a picture"),
        pytest.param("`page_size=<n>` of_two_words", "<code>page_size=&lt;n&gt;</code> of_two_words", id="code"),
    ],
)
def test_a_line_leads_only_where_a_page_may_lead(written, shown):
    assert prose.inline(written) == shown
    assert prose.html(written).replace("\n", "") == f"<p>{shown}</p>"


def test_html_in_a_text_is_never_html_of_the_page():
    assert "<script" not in prose.html("<script>alert(1)</script>\n\n<div>\n\n- <script>\n\n    <script>\n")


def test_headings_with_the_same_words_have_addresses_of_their_own():
    page = prose.html("# What an `answer` says\n\n## Areas\n\n## Areas\n\n## Areas 2\n\n## [Areas](x.md)\n")
    assert re.findall(r'id="([^"]+)"', page) == ["what-an-answer-says", "areas", "areas-2", "areas-2-2", "areas-3"]
    assert "What an <code>answer</code> says</h1>" in page


def test_a_table_is_named_by_the_heading_above_it_and_its_cells_name_rows_and_columns():
    page = prose.html("## What an `answer` says\n\n| field | rows |\n| --- | ---: |\n| `id` | 1 |\n")
    assert 'class="scroll" tabindex="0" role="group" aria-label="What an answer says"' in page
    assert "<caption>What an <code>answer</code> says</caption>" in page
    assert re.findall(r"<(t[hd][^>]*)>(.*?)</(t[hd])>", page) == [
        ('th scope="col"', "field", "th"),
        ('th scope="col"', "rows", "th"),
        ('th scope="row"', "<code>id</code>", "th"),
        ("td", "1", "td"),
    ]
    assert "style" not in page, "no page may hold styles of its own"


def test_code_stands_as_it_is():
    page = prose.html("- first\n\n  ```sh\n  curl 'x' <y\n  ```\n\nor\n\n    indented\n")
    assert re.findall(r'<pre tabindex="0" role="group" aria-label="Code"><code>(.*?)</code></pre>', page) == [
        "curl &#x27;x&#x27; &lt;y",
        "indented",
    ]


@pytest.mark.parametrize("name", prose.TEXTS)
def test_each_text_of_docs_names_the_portal_that_shows_it(name):
    page = prose.as_html(name, 'https://portal.gov:8443/"><script>')
    assert prose.SITE not in page
    assert "<script>" not in page
    assert page.count("<h1") == 1
    assert not re.search(r'href="[^"]*\.md', page), "a page leads to a page"


@pytest.mark.django_db
def test_the_page_of_the_api_leads_to_each_of_them_under_its_title(client):
    for prefix in ("", "/es"):
        index = client.get(f"{prefix}/api/v1/docs/").text
        for name in prose.TEXTS:
            title = re.search(rf'href="{prefix}/api/v1/docs/{name}/"[^>]*>([^<]+)</a>', index)[1]
            assert f"<title>{title} ·" in client.get(f"{prefix}/api/v1/docs/{name}/").text
