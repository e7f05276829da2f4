"""One vocabulary of topics for state laws and local policies, so that `topic=` means the same on both."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import models
from django.utils.translation import gettext_lazy as _


class Topic(models.TextChoices):
    """The act that a rule speaks of. Thirteen are topics of state laws; the last two only local policies have."""

    AGREEMENTS = "287g", _("287(g) agreements")
    STATUS_INQUIRIES = "status_inquiries", _("Asking about immigration status")
    INFORMATION_SHARING = "information_sharing", _("Sharing information with ICE")
    DETAINERS = "detainers", _("Holding people on a detainer")
    JAIL_TRANSFERS = "jail_transfers", _("Handing people over from jail")
    ICE_ACCESS_TO_JAILS = "ice_access_to_jails", _("ICE's access to jails")
    DETENTION_CONTRACTS = "detention_contracts", _("Detention contracts")
    SANCTUARY_BAN = "sanctuary_ban", _("Local policies that limit cooperation")
    STATE_IMMIGRATION_CRIME = "state_immigration_crime", _("State crimes about immigration")
    SENSITIVE_LOCATIONS = "sensitive_locations", _("Schools, hospitals, places of worship")
    COURTHOUSE_ARRESTS = "courthouse_arrests", _("Arrests at courthouses")
    DRIVERS_LICENCE_DATA = "drivers_licence_data", _("Driver's license data")
    DATA_PRIVACY = "data_privacy", _("Other personal data")
    RESOURCES = "resources", _("Use of local money, staff and property")
    LEGAL_DEFENSE_FUND = "legal_defense_fund", _("Money for legal defense")


LAW_TOPICS = tuple(Topic)[:13]

# How a local policy's printed topic is said in the one vocabulary.
OF_POLICY = {
    "287g_ban": Topic.AGREEMENTS,
    "inquiry_ban": Topic.STATUS_INQUIRIES,
    "resources_ban": Topic.RESOURCES,
    "legal_defence_fund": Topic.LEGAL_DEFENSE_FUND,
}


def topics_of_policy(printed: Iterable[str]) -> list[str]:
    """ "287g_ban", "detainers" → ["287g", "detainers"], in the vocabulary's order. ValueError for an unknown topic."""
    found = {Topic(OF_POLICY.get(topic, topic)) for topic in printed}
    return [topic.value for topic in Topic if topic in found]
