"""The site map, from top to bottom. These addresses are permanent."""

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import path

from portal.views import errors, find, health

handler400 = errors.bad_request
handler404 = errors.not_found
handler500 = errors.server_error

urlpatterns = [
    # Operations
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("robots.txt", health.robots, name="robots"),
    path(".well-known/security.txt", health.security, name="security"),
    # Staff
    path("admin/", admin.site.urls),
]

# Pages: English at the root, the same page in Spanish under /es/
urlpatterns += i18n_patterns(
    path("find/", find.find_page, name="find"),
    prefix_default_language=False,
)
