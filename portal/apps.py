from django.apps import AppConfig


class PortalConfig(AppConfig):
    """The site: puts the two apps together, owns no facts."""

    name = "portal"
