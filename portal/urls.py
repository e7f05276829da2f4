"""The site map, from top to bottom. These addresses are permanent."""

from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path, re_path

from agreements import feeds
from portal.api import prose
from portal.api.views import docs, docs_of_section, docs_text
from portal.views import (
    about,
    compare,
    components,
    country,
    data,
    earlier,
    embed,
    errors,
    find,
    glossary,
    guide,
    health,
    home,
    maps,
    numbers,
    places,
    report,
    rights,
    sitemap,
)

handler400 = errors.bad_request
handler404 = errors.not_found
handler500 = errors.server_error

urlpatterns = [
    # Operations
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("robots.txt", health.robots, name="robots"),
    path(".well-known/security.txt", health.security, name="security"),
    # Machines
    path("sitemap.xml", sitemap.index, name="sitemap"),
    path("sitemap/<slug:name>.xml", sitemap.part, name="sitemap-part"),
    path("api/v1/", include("portal.api.urls")),
    # Staff
    path("admin/account/", include("portal.accounts.urls")),
    path("admin/", admin.site.urls),
]

# Pages: English at the root, the same page in Spanish under /es/
urlpatterns += i18n_patterns(
    path("", home.home, name="home"),
    path("find/", find.find_page, name="find"),
    path("find/suggest/", find.suggestions, name="suggest"),
    path("us/", country.country, name="states"),
    path("us/compare/", compare.compare, name="compare"),
    path("us/<slug:state>/", places.state, name="state"),
    path("us/<slug:state>/feed/", feeds.state_feed, {"form": "atom"}, name="state-feed"),
    path("us/<slug:state>/feed.json", feeds.state_feed, {"form": "json"}, name="state-feed-json"),
    path("us/<slug:state>/<slug:slug>/feed/", feeds.place_feed, {"form": "atom"}, name="place-feed"),
    path("us/<slug:state>/<slug:slug>/feed.json", feeds.place_feed, {"form": "json"}, name="place-feed-json"),
    path("us/<slug:state>/<slug:slug>/", places.place, name="place"),
    path("embed/", embed.embed, name="embed"),
    path("embed/us/<slug:state>/", embed.state_card, name="embed-state"),
    path("embed/us/<slug:state>/<slug:slug>/", embed.place_card, name="embed-place"),
    path("map/", maps.country_map, name="country-map"),
    path("map/<slug:state>/", maps.state_map, name="state-map"),
    path("", include("agreements.urls")),
    path("guide/", guide.index, name="guide"),
    path("guide/facts/<slug:key>/", guide.fact, name="guide-fact"),
    path("guide/earlier/", earlier.earlier, name="earlier"),
    path("guide/numbers/", numbers.numbers, name="numbers"),
    path("guide/<slug:slug>/", guide.page, name="guide-page"),
    path("glossary/", glossary.glossary, name="glossary"),
    path("rights/", rights.rights, name="rights"),
    path("api/v1/docs/", docs, name="api-docs"),
    re_path(rf"^api/v1/docs/{prose.NAMES}/$", docs_text, name="api-docs-text"),
    path("api/v1/docs/addresses/<slug:name>/", docs_of_section, name="api-docs-section"),
    path("data/", data.data, name="data"),
    path("report/", report.report, name="report"),
    path("report/thanks/", report.thanks, name="report-thanks"),
    path("about/", about.about, name="about"),
    path("about/method/", about.method, name="method"),
    path("about/errors/", about.errors, name="errors"),
    path("about/privacy/", about.privacy, name="privacy"),
    prefix_default_language=False,
)

if settings.DEBUG:
    urlpatterns += [path("components/", components.components, name="components")]
