from django.apps import AppConfig


class JurisdictionsConfig(AppConfig):
    """Who and where: places, agencies, and where a fact was read."""

    name = "jurisdictions"
    verbose_name = "Jurisdictions"
