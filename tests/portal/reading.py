"""What a reader sees of a page: its text without markup."""

import html
import re

from django.http import HttpResponse


def text_of(response: HttpResponse) -> str:
    """The text of the page in one line, as it is read aloud: no tags, no signs that are for eyes only."""
    body = re.sub(r"(?s)<(head|style)\b.*?</\1>", " ", response.content.decode())
    body = re.sub(r'(?s)<span[^>]* aria-hidden="true">.*?</span>', " ", body)
    return re.sub(r" (?=[.,:])", "", " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split()))


def heading(response: HttpResponse) -> str:
    """The text of the only h1."""
    (found,) = re.findall(r"(?s)<h1[^>]*>(.*?)</h1>", response.content.decode())
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", found)).split())
