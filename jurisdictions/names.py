"""Names as people print them: tidied for keeping, folded for comparing."""

import re
import unicodedata
from functools import lru_cache

PRINTED = str.maketrans(
    {"‘": "'", "’": "'", "‛": "'", "ʻ": "'", "ʼ": "'", "`": "'", "´": "'", "“": '"', "”": '"', "„": '"',
     "‐": "-", "‑": "-", "–": "-", "—": "-", "\u200b": "", "\ufeff": ""}
)  # fmt: skip
WHOLE_WORDS = {"st": "saint", "ste": "sainte", "ft": "fort", "mt": "mount"}


def tidy(text: object) -> str:
    """One line of text: 'Clay County\\xa0 Sheriff’s Office ' -> "Clay County Sheriff's Office"."""
    return " ".join(str("" if text is None else text).translate(PRINTED).split())


@lru_cache(maxsize=4096)
def fold(text: str) -> str:
    """The form in which two spellings of a name are equal: "St. Mary's–Doña Ana" -> "saint marys dona ana".

    ASCII, lower case, no punctuation, single spaces; St, Ste, Ft and Mt as a word of their own are written out.
    """
    plain = text.translate(PRINTED).replace("'", "")
    if not plain.isascii():
        plain = unicodedata.normalize("NFKD", plain).encode("ascii", "ignore").decode()
    return " ".join(WHOLE_WORDS.get(word, word) for word in re.findall(r"[a-z0-9]+", plain.lower()))
