"""Sign-in as a person of the staff walks through it: invitation, app, passkey, recovery codes."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from portal.accounts import invitations
from tests import staff
from tests.pages.looking import SEEN, looked_at, violations

pytestmark = pytest.mark.browser


def invitation() -> str:
    user = staff.member("editor", name="grace")
    return invitations.invite(user)


def seen(page, name: str, heading: str) -> None:
    """The admin's own header and footer are Django's: axe looks at the card."""
    looked_at(page, name, heading, within=".card", height=800)


@pytest.fixture
def tab(_chromium, site_url):
    """A tab that visits the site by the name localhost, without which no browser makes passkeys."""
    context = _chromium.new_context(base_url=site_url.replace("127.0.0.1", "localhost"))
    page = context.new_page()
    complaints = []
    page.on("console", lambda message: message.type == "error" and complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    assert complaints == []


def test_an_invited_person_comes_in_and_comes_back_with_the_app_a_recovery_code_and_a_passkey(tab, on_the_site):
    tab.goto(on_the_site(invitation))
    assert "key=" not in tab.url
    seen(tab, "invitation", "Welcome, grace")
    tab.get_by_label("New password", exact=False).first.fill("seven quiet rivers")
    tab.get_by_label("New password confirmation").fill("seven quiet rivers")
    tab.get_by_role("button", name="Save and go on").click()

    seen(tab, "set-up", "Set up a second factor")
    tab.get_by_role("link", name="An authenticator app").click()
    seen(tab, "app", "Set up an authenticator app")
    secret = tab.locator("code.key").inner_text()
    assert tab.locator("img.qr").evaluate("image => image.naturalWidth") > 0
    tab.get_by_label("Authenticator code").fill(staff.code(secret))
    tab.get_by_role("button", name="Set up").click()

    seen(tab, "recovery-codes", "Your recovery codes")
    recovery = tab.locator(".codes code").first.inner_text()
    with tab.expect_download() as download:
        tab.get_by_role("link", name="Keep them as a file").click()
    assert download.value.suggested_filename == "recovery-codes.txt"
    assert recovery in Path(download.value.path()).read_text()
    tab.get_by_role("link", name="Go on to the records").click()
    expect(tab).to_have_url(re.compile(r"/admin/$"))

    # The forms of records are Django's: each field has a name for who hears the page, also those that a script draws.
    tab.goto("/admin/agreements/localpolicy/add/")
    for name in ("Jurisdictions", "Main source"):
        expect(tab.get_by_role("combobox", name=name)).to_be_visible()
    assert violations(tab, "aria-input-field-name", "empty-table-header", "label", "list") == []
    tab.goto("/admin/")

    # A passkey, in a device that Chromium imitates
    devtools = tab.context.new_cdp_session(tab)
    devtools.send("WebAuthn.enable")
    devtools.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    tab.get_by_role("link", name="Your account").click()
    seen(tab, "account", "Your account")
    tab.get_by_role("link", name="Add a passkey").click()
    seen(tab, "passkey", "Add a passkey")
    tab.get_by_label("Name").fill("Desk key")
    tab.get_by_role("button", name="Add a passkey").click()
    expect(tab.get_by_text("Desk key, added on")).to_be_visible()

    for way in ("passkey", "recovery code"):
        tab.get_by_role("button", name="Log out").click()
        seen(tab, "login", "Sign in")
        tab.get_by_label("Username").fill("grace")
        tab.get_by_label("Password").fill("seven quiet rivers")
        tab.get_by_role("button", name="Sign in").click()
        seen(tab, "code", "Second factor")
        if way == "passkey":
            tab.get_by_role("button", name="Use a passkey").click()
        else:
            tab.get_by_label("Code").fill(recovery)
            tab.get_by_role("button", name="Sign in").click()
        expect(tab).to_have_url(re.compile(r"/admin/$"))


def test_an_administrator_hands_over_a_link(tab, on_the_site):
    tab.goto("/admin/auth/user/add/")
    staff.sign_in(tab, on_the_site(staff.account, "administrator"))
    tab.get_by_label("Username").fill("margaret")
    tab.get_by_role("button", name="Save", exact=True).click()
    link = tab.locator(".messagelist code").inner_text()
    assert link.startswith(tab.url.split("/admin/")[0] + "/admin/account/invitation/?")
    for width in (360, 1280):
        tab.set_viewport_size({"width": width, "height": 800})
        if SEEN:
            tab.screenshot(path=Path(SEEN) / f"link-{width}.png", full_page=True)
