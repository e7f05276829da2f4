"""WSGI entry point for the production server."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver
from django.utils import translation

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
application = get_wsgi_application()

from portal.bodies import BodiesFirst  # noqa: E402  (models can be imported only now)
from portal.lent import lent  # noqa: E402
from portal.lookup import warm  # noqa: E402

application = BodiesFirst(application, lent)

# What the first reader would otherwise wait a third of a second for: the map of the site, and both languages.
get_resolver().url_patterns  # noqa: B018
for code, _name in settings.LANGUAGES:
    translation.activate(code)
translation.deactivate()
# And what the first search would wait half a second for.
warm()
