"""The program models of 287(g): what the agreement lets the agency's officers do."""

from django.utils.translation import gettext_lazy as _
from rapidfuzz.distance import OSA

from jurisdictions.names import fold, tidy

NAMES = {
    "JEM": _("Jail Enforcement Model"),
    "WSO": _("Warrant Service Officer"),
    "TFM": _("Task Force Model"),
}
"""Our code for a model and ICE's name for it. A model that ICE adds is kept as ICE prints it."""

PLAIN_NAMES = {
    "TFM": _("Street enforcement"),
    "JEM": _("Jail screening"),
    "WSO": _("Jail warrants"),
}
"""What a model is about, in two words. The order is the one in which pages name them."""


def by_model(code: str) -> tuple[int, str]:
    """The order in which pages name models; one that is new to us comes last."""
    order = list(PLAIN_NAMES)
    return (order.index(code) if code in order else len(order), code)


def plain_name(code: str) -> str:
    """ "Street enforcement"; for a model that is new to us, what ICE prints."""
    return PLAIN_NAMES.get(code, code)


def full_name(code: str) -> str:
    """ "Street enforcement (Task Force Model)"; for a model that is new to us, what ICE prints."""
    return f"{PLAIN_NAMES[code]} ({NAMES[code]})" if code in PLAIN_NAMES else code


_FOLDED = (("JEM", "jail enforcement model"), ("WSO", "warrant service officer"), ("TFM", "task force model"))
_FIRST_WORDS = {"jail": "JEM", "warrant": "WSO", "task": "TFM", "jem": "JEM", "wso": "WSO", "tfm": "TFM"}


def program_model(printed: str) -> str:
    """The code of the model as printed, "" for a blank, the tidied print for a model we do not know.

    ICE's misprints spare the first word ("Jail Enforcment Model", "Task Force Officer"), so it decides; else a name at
    most two slips of the pen away ("Tsak Force Model"): those of two models differ in far more letters.
    """
    words = fold(printed).split()
    if words[:2] == ["287", "g"]:
        words = words[2:]
    elif words[:1] == ["287g"]:
        words = words[1:]
    if not words:
        return ""
    name = " ".join(words)
    meant = _FIRST_WORDS.get(words[0]) or next((code for code, known in _FOLDED if OSA.distance(name, known) <= 2), "")
    return meant or tidy(printed)


def models_named(printed: str) -> set[str]:
    """The codes of all models whose first word or letters stand in a print: two in "Jail Enforcement/WSO"."""
    return {_FIRST_WORDS[word] for word in fold(printed).split() if word in _FIRST_WORDS}
