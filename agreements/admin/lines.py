"""One proposed change as a line of the desk: what it says, what may be answered, and what somebody answered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.safestring import SafeString

from agreements.desk import decisions
from jurisdictions.models import Agency, Coverage, Jurisdiction

from ..models import ProposedChange, SourceCorrection
from .words import marked

Decision, Kind = ProposedChange.Decision, ProposedChange.Kind

FIELDS = {
    "name": "name",
    "names": "names",
    "state": "state",
    "county": "county",
    "agency_type": "type",
    "program_model": "model",
    "signed_on": "signed",
    "moa_url": "document",
    "addendum_url": "addendum",
    "placement": "place",
    "kind": "kind of agency",
    "areas": "areas",
    "printed_county": "county as printed",
    "printed": "printed",
    "rows": "rows",
    "public_id": "id",
}
"""What the keys of `before` and `after` are called."""

ON_THE_SPOT = (Decision.ACCEPTED, Decision.REJECTED, Decision.SAME, Decision.DIFFERENT, Decision.LATER)
"""Decisions that a line of the list takes. The others need something to be chosen, on the line's own page."""

KEYS = {"accepted": "a", "rejected": "r", "same": "s", "different": "d", "later": "l"}
"""The key that answers a line."""

OFFERS = {
    "accepted": "accept",
    "rejected": "reject",
    "edited": "correct a cell",
    "linked": "link to another agency",
    "same": "same agency",
    "different": "different agencies",
    "placed": "say where it works",
    "later": "later",
}

CONSEQUENCE = {
    "accepted": "As ICE's list says.",
    "rejected": "A correction of ours: the value before stands, quiet once ICE mends it.",
    "edited": "A correction of ours: later lists are read with the right value.",
    "linked": "Remembered: this name is that agency on every list.",
    "same": "Remembered, and not asked again.",
    "different": "Remembered, and not asked again.",
    "placed": "Remembered: later lists leave the place alone.",
    "later": "Stays open, among what needs someone.",
}
"""What a decision means, in a few words beside it."""

_SET_ASIDE = "The row is no agreement: it is set aside, and shown with its problem."

OF_A_KIND = {
    **{(kind, "rejected"): _SET_ASIDE for kind in (Kind.APPEARED, Kind.BACK, Kind.MODEL_ADDED, Kind.PENDING)},
    (Kind.PLACEMENT, "accepted"): "Stays so. In question, it reaches nothing and is shown apart.",
    (Kind.REPEATED_ROW, "accepted"): "It counts once.",
    (Kind.JUNK_ROW, "accepted"): "The row is left out, and shown with its problem.",
    (Kind.MISSING, "accepted"): "Not on this list. That is not an end.",
}
"""The same, where it means something else for a kind of change."""

SURE = ((0.95, "sure"), (0.85, "almost sure"), (0.6, "likely"), (0.0, "unsure"))


def sureness(confidence: float) -> str:
    """Confidence in words."""
    return next(word for least, word in SURE if confidence >= least)


class Areas:
    """Names of areas by GEOID, for a page of lines in one query."""

    def __init__(self, changes: Iterable[ProposedChange]):
        self.wanted: set[str] = set()
        for change in changes:
            for said in (change.before, change.after):
                self.wanted.update(said.get("areas") or ())
                self.wanted.update(filter(None, [said.get("printed_county")]))
            self.wanted.update(geoid for geoid, _extent in change.choice.get("places") or ())

    @cached_property
    def held(self) -> dict[str, Jurisdiction]:
        if not self.wanted:
            return {}
        return Jurisdiction.objects.select_related("state").in_bulk(self.wanted)

    def named(self, geoid: str) -> str:
        area = self.held.get(geoid)
        return f"{area.full_name} ({geoid})" if area else geoid


@dataclass(frozen=True)
class Value:
    """One value of a change, before and after, the differing words marked."""

    label: str
    before: SafeString
    after: SafeString


@dataclass
class Offer:
    """A decision that may be taken on a line."""

    code: str
    label: str
    means: str
    key: str
    is_chosen: bool


@dataclass
class Line:
    """A change with all that its line shows. `typed` is what was sent and could not be saved, with its `errors`."""

    change: ProposedChange
    areas: Areas
    typed: Mapping[str, str] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)

    @property
    def chosen(self) -> str:
        """The decision that is ticked: the one just tried, else the one that stands."""
        return self.typed.get("decision") or ("" if self.change.is_open else self.change.decision)

    @property
    def note(self) -> str:
        return self.typed.get("note", self.change.note)

    @property
    def agency_chosen(self) -> str:
        """The public id of the agency that is ticked."""
        return self.typed.get("agency") or self.change.choice.get("public_id") or ""

    @property
    def sureness(self) -> str:
        return sureness(self.change.confidence)

    @cached_property
    def values(self) -> list[Value]:
        """What was held → what the list says, value by value."""
        before, after = self.change.before, self.change.after
        shown = []
        for name in dict.fromkeys([*before, *after]):
            was, now = self._said(name, before.get(name)), self._said(name, after.get(name))
            # What stands in the line's head already, and what is nowhere, says nothing.
            if not (was or now) or (name == "name" and self.change.agency_name in (was, now) and not (was and now)):
                continue
            shown.append(Value(FIELDS.get(name, name), *marked(was, now)))
        return shown

    def _said(self, name: str, value: object) -> str:
        if not value:
            return ""
        if name == "areas":
            return ", ".join(map(self.areas.named, value))
        if name == "printed_county":
            return self.areas.named(value)
        if name == "placement":
            return str(dict(Agency.Placement.choices).get(value, value))
        if name == "kind":
            return str(dict(Agency.Kind.choices).get(value, value))
        return ", ".join(map(str, value)) if isinstance(value, list) else str(value)

    @cached_property
    def offers(self) -> list[Offer]:
        """What may be decided here, on the spot."""
        return [self._offer(code) for code in self.change.allowed_decisions if code in ON_THE_SPOT]

    @cached_property
    def all_offers(self) -> list[Offer]:
        return [self._offer(code) for code in self.change.allowed_decisions]

    @property
    def elsewhere(self) -> list[str]:
        """Decisions that the line's own page takes, in words."""
        return [OFFERS[code] for code in self.change.allowed_decisions if code not in ON_THE_SPOT]

    def _offer(self, code: str) -> Offer:
        means = OF_A_KIND.get((self.change.kind, code), CONSEQUENCE[code])
        label = OFFERS[code]
        if self.change.kind == Kind.RENAMED and code == Decision.DIFFERENT:
            label = "not the same agency"
        return Offer(code, label, means, KEYS.get(code, ""), self.chosen == code)

    @property
    def is_elsewhere(self) -> bool:
        """Whether it was decided in a way that only its own page can change."""
        return not self.change.is_open and self.change.decision not in ON_THE_SPOT

    @cached_property
    def answer(self) -> str:
        """What was decided, in words."""
        change, choice = self.change, self.change.choice
        said = change.get_decision_display()
        match change.decision:
            case Decision.SAME | Decision.DIFFERENT | Decision.LINKED if choice.get("name"):
                return f"{said}: {choice['name']}, {choice.get('state') or '–'}"
            case Decision.EDITED:
                return f"{said}: {SourceCorrection.Field(choice['field']).label} is “{choice['right']}”"
            case Decision.PLACED:
                where = "; ".join(self.areas.named(geoid) for geoid, _extent in choice["places"])
                return f"{said}: {where or dict(Agency.Placement.choices).get(choice['placement'], '')}"
        return said


# -- What was sent ----------------------------------------------------------------------------------------------------


def asked(sent: QueryDict, change: ProposedChange) -> dict:
    """What a form says of one change: decision, note, agency, field, right, kind, placement, places."""

    def said(name: str) -> str:
        return sent.get(f"{name}-{change.pk}", "").strip()

    names = ("decision", "note", "agency", "field", "right", "kind", "placement", "seek_agency", "seek_area")
    return {name: said(name) for name in names} | {
        "places": [
            [geoid, said(f"extent-{geoid}") or Coverage.Extent.WHOLE]
            for geoid in dict.fromkeys(sent.getlist(f"area-{change.pk}"))
        ]
    }


def says_something_new(said: Mapping, change: ProposedChange) -> bool:
    """Whether the form decides otherwise than what stands; a line that nobody touched does not."""
    if not said["decision"]:
        return False
    if said["decision"] == Decision.OPEN:
        return not change.is_open
    if (said["decision"], said["note"]) != (change.decision, change.note):
        return True
    agency = said["agency"]
    return bool(agency) and agency != change.choice.get("public_id", "")


def decide(change: ProposedChange, said: Mapping, *, by) -> list[str]:
    """Take the decision that the form asks for; what stands against it, in sentences, or nothing."""
    if not said["decision"]:
        return ["Choose what you decide."]
    choices = {
        Decision.SAME: {"public_id": said["agency"]},
        Decision.DIFFERENT: {"public_id": said["agency"]},
        Decision.LINKED: {"public_id": said["agency"]},
        Decision.EDITED: {"field": said["field"], "right": said["right"]},
        Decision.PLACED: {"kind": said["kind"], "placement": said["placement"], "places": said["places"]},
    }
    try:
        decisions.decide(change, said["decision"], by=by, choice=choices.get(said["decision"]), note=said["note"])
    except ValidationError as refusal:
        return refusal.messages
    return []
