"""A document's address is freed of its wrappings, or it is none."""

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agreements.imports.links import clean, looks_like_address

PDF = "https://www.ice.gov/doclib/287gMOA/TyePoliceDeptTX_TFM_MOA_02172026.pdf"
SAFE = "https://gcc02.safelinks.protection.outlook.com/?url={}&data=05%7C02%7Csomebody%40example.gov%7C&reserved=0"
EXTENSION = "chrome-extension://efaidnbmnnnibpcajpcglclefindmkaj/"
ARCHIVE = "https://web.archive.org/web/20210113002027/"


def safelink(address):
    return SAFE.format(quote(address, safe=""))


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(PDF, id="as it is"),
        pytest.param(f" \n{PDF}\xa0", id="blanks around it"),
        pytest.param(PDF.replace("https", "http"), id="without encryption"),
        pytest.param(PDF.replace("https://", "HTTPS://").replace("www.ice.gov", "WWW.ICE.GOV"), id="capitals"),
        pytest.param(PDF.replace("https://", "https:///"), id="three slashes"),
        pytest.param(PDF.replace("https://", "https:/"), id="one slash"),
        pytest.param(PDF.removeprefix("https://"), id="no scheme"),
        pytest.param(PDF.replace("www.", ""), id="host without www"),
        pytest.param(PDF.replace("ice.gov/", "ice.gov:443/"), id="port"),
        pytest.param(PDF.replace("/doclib", "//doclib"), id="doubled slash"),
        pytest.param(PDF + "?utm_source=mail#page=2", id="query and place"),
        pytest.param(safelink(PDF), id="mail filter"),
        pytest.param(safelink(safelink(PDF)), id="mail filter twice"),
        pytest.param(SAFE.format(PDF.replace("&", "%26")), id="mail filter, not quoted"),
        pytest.param(EXTENSION + PDF, id="browser's PDF viewer"),
        pytest.param(EXTENSION + PDF.replace("https://", "https:/"), id="browser's PDF viewer, one slash"),
        pytest.param(ARCHIVE + PDF, id="archive"),
        pytest.param(ARCHIVE.replace("027/", "027if_/") + PDF, id="archive's frame"),
        pytest.param(ARCHIVE + PDF.replace("https://", "https:/"), id="archive, one slash"),
        pytest.param(safelink(EXTENSION + ARCHIVE + PDF), id="all of them"),
    ],
)
def test_the_documents_own_address_is_found(raw):
    assert clean(raw) == PDF


@pytest.mark.parametrize(
    ("raw", "path"),
    [
        pytest.param("/doclib/Tye Police.pdf", "/doclib/Tye%20Police.pdf", id="blank"),
        pytest.param("/doclib/Tye%20Police.pdf", "/doclib/Tye%20Police.pdf", id="blank, quoted"),
        pytest.param("/doclib/Doña.pdf", "/doclib/Do%C3%B1a.pdf", id="letter with a mark"),
        pytest.param("/doclib/100%.pdf", "/doclib/100%25.pdf", id="stray percent"),
        pytest.param('/doclib/"><script>.pdf', "/doclib/%22%3E%3Cscript%3E.pdf", id="markup"),
    ],
)
def test_a_path_is_quoted_once(raw, path):
    assert clean("https://www.ice.gov" + raw) == "https://www.ice.gov" + path


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param("", id="nothing"),
        pytest.param("link", id="a word"),
        pytest.param("#Sheet1!A1", id="a place in the workbook"),
        pytest.param("https://www.ice.gov", id="the site itself"),
        pytest.param("https://www.ice.gov/", id="its home page"),
        pytest.param("https://www.dhs.gov/doclib/a.pdf", id="another host"),
        pytest.param("https://www.ice.gov.example.com/a.pdf", id="another host that begins alike"),
        pytest.param("https://example.com/www.ice.gov/a.pdf", id="the host in a path"),
        pytest.param("https://evil-ice.gov/a.pdf", id="another host that ends alike"),
        pytest.param("https://files.ice.gov/a.pdf", id="a host beside it"),
        pytest.param("https://somebody@www.ice.gov/a.pdf", id="a name before the host"),
        pytest.param("https://www.ice.gov:8080/a.pdf", id="another port"),
        pytest.param("https://www.ice.gov:none/a.pdf", id="a port that is none"),
        pytest.param("https://www.ice.gov/../a.pdf", id="a way up"),
        pytest.param("https://www.ice.gov\\@example.com/a.pdf", id="backslash"),
        pytest.param("javascript:alert(1)//https://www.ice.gov/a.pdf", id="a script"),
        pytest.param("file:///C:/Users/somebody/www.ice.gov/a.pdf", id="a file of their machine"),
        pytest.param("mailto:somebody@ice.gov", id="a mail address"),
        pytest.param(safelink("https://example.com/a.pdf"), id="another host behind a mail filter"),
        pytest.param(PDF.replace("https://", "https://[::1"), id="a host that is none"),
        pytest.param(EXTENSION * 20 + PDF, id="wrapped without end"),
    ],
)
def test_what_leads_elsewhere_is_no_address(raw):
    assert clean(raw) == ""


@given(st.one_of(st.text(), st.text().map(lambda text: f"https://www.ice.gov/{text}"), st.text().map(safelink)))
def test_a_cleaned_address_is_clean(raw):
    address = clean(raw)
    assert clean(address) == address
    assert not address or (address.startswith("https://www.ice.gov/") and address.isascii() and " " not in address)


@pytest.mark.parametrize("text", [PDF, ARCHIVE + PDF, "www.ice.gov/doclib/a.pdf", f" {PDF}"])
def test_a_text_that_is_an_address_is_known(text):
    assert looks_like_address(text)


@pytest.mark.parametrize("text", ["link", "link pending", "", "see https"])
def test_a_text_that_is_none_is_known(text):
    assert not looks_like_address(text)
