"""What a reader sees of a page: its text without markup."""

import html
import re

from django.http import HttpResponse


def text_of(response: HttpResponse) -> str:
    """The text of the page, tags left out, in one line."""
    body = re.sub(r"(?s)<(head|style)\b.*?</\1>", " ", response.content.decode())
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split()).replace(" .", ".").replace(" ,", ",")


def heading(response: HttpResponse) -> str:
    """The text of the only h1."""
    (found,) = re.findall(r"(?s)<h1[^>]*>(.*?)</h1>", response.content.decode())
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", found)).split())
