from django.apps import AppConfig


class AgreementsConfig(AppConfig):
    """What governments signed: 287(g) agreements, read from ICE's lists."""

    name = "agreements"
    verbose_name = "Agreements"
