"""Cards in another site's page, and the way out of this one, in a browser."""

import re
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.once]

AWAY = "https://www.wikipedia.org/"
WIDTHS = (260, 320)
ELSEWHERE = "<!doctype html><title>Elsewhere</title><h1>Elsewhere</h1>"


@pytest.fixture
def tab_with(_chromium, site_url):
    """Opens a tab in which one and the same page stands at every address outside this machine."""
    contexts = []

    def opened(**options):
        context = _chromium.new_context(base_url=site_url, **options)
        context.route(
            lambda url: not url.startswith("http://127.0.0.1:"),
            lambda route: route.fulfill(content_type="text/html; charset=utf-8", body=ELSEWHERE),
        )
        contexts.append(context)
        return context.new_page()

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture
def newspaper():
    """Somebody else's site: each of its addresses answers with the page that was put into `newspaper.page`."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(server.page.encode())

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Answer)
    server.address = f"http://127.0.0.1:{server.server_port}/"
    Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def test_a_card_stands_in_another_sites_page_and_its_link_opens_outside(tab_with, newspaper, site_url):
    card = f"{site_url}/es/embed/us/fl/broward-county/"
    framed = "".join(f'<iframe name="f{width}" width="{width}" height="600" src="{card}"></iframe>' for width in WIDTHS)
    closed = f'<iframe name="closed" src="{site_url}/us/fl/broward-county/"></iframe>'
    newspaper.page = f"<!doctype html><title>Newspaper</title>{framed}{closed}"
    tab = tab_with(java_script_enabled=False)
    tab.goto(newspaper.address)
    for width in WIDTHS:
        card = tab.frame(f"f{width}")
        expect(card.get_by_role("heading", name="Condado de Broward, Florida")).to_be_visible()
        inner = card.locator("html")
        assert inner.evaluate("html => html.scrollWidth <= html.clientWidth"), width
    with tab.expect_popup() as opened:
        tab.frame("f320").get_by_role("link").click()
    expect(opened.value).to_have_url(f"{site_url}/es/us/fl/broward-county/")
    expect(tab).to_have_url(newspaper.address)
    assert tab.context.cookies() == []
    assert tab.frame("closed").get_by_role("heading").count() == 0


def test_the_line_shows_its_card_below_it(tab_with):
    tab = tab_with(viewport={"width": 320, "height": 700})
    tab.goto("/embed/?geoid=12011")
    tab.locator("iframe").scroll_into_view_if_needed()
    expect(tab.frame_locator("iframe").get_by_role("heading", name="Broward County, Florida")).to_be_visible()
    assert tab.locator("html").evaluate("html => html.scrollWidth") <= 320


@pytest.mark.parametrize("script", [True, False])
def test_leaving_takes_this_page_from_the_history_of_the_tab_where_scripts_run(tab_with, script):
    tab = tab_with(java_script_enabled=script)
    tab.goto("/about/")
    expect(tab.get_by_role("heading", name="About this site")).to_be_visible()
    tab.goto("/us/fl/davie/")
    expect(tab.get_by_role("heading", name="Davie")).to_be_visible()
    tab.get_by_role("link", name="Leave this site").click()
    expect(tab).to_have_url(AWAY)
    expect(tab.get_by_role("heading", name="Elsewhere")).to_be_visible()
    tab.go_back()
    expect(tab).to_have_url(re.compile("/about/$" if script else "/us/fl/davie/$"))
