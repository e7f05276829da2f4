"""The addresses of the API, version 1."""

from django.urls import path, re_path
from rest_framework.routers import SimpleRouter

from agreements.api.events import EventViewSet
from agreements.api.rule_views import DesignationViewSet, LawViewSet, PolicyViewSet
from agreements.api.stats import AgreementStats
from agreements.api.views import AgencyViewSet, AgreementViewSet, SnapshotViewSet

from . import prose
from .deprecation import announced
from .renderers import CSV, JSON, JSONLines
from .views import (
    Bulk,
    BulkFile,
    BulkManifest,
    Changes,
    JurisdictionViewSet,
    Lookup,
    NotHere,
    Root,
    Schema,
    Status,
    client,
    docs,
    docs_of_section,
    docs_text,
)

app_name = "api"

router = SimpleRouter()
for prefix, basename, viewset in [
    ("jurisdictions", "jurisdiction", JurisdictionViewSet),
    ("agencies", "agency", AgencyViewSet),
    ("agreements", "agreement", AgreementViewSet),
    ("laws", "law", LawViewSet),
    ("policies", "policy", PolicyViewSet),
    ("designations", "designation", DesignationViewSet),
    ("snapshots", "snapshot", SnapshotViewSet),
    ("events", "event", EventViewSet),
]:
    viewset.renderer_classes = [JSON, CSV, JSONLines]
    router.register(prefix, viewset, basename)

AgreementStats.renderer_classes = [JSON, CSV, JSONLines]

urlpatterns = announced(
    [
        path("", Root.as_view(), name="root"),
        path("changes/", Changes.as_view(), name="changes"),
        path("lookup/", Lookup.as_view(), name="lookup"),
        path("stats/agreements/", AgreementStats.as_view(), name="agreement-stats"),
        path("status/", Status.as_view(), name="status"),
        path("bulk/", Bulk.as_view(), name="bulk"),
        path("bulk/manifest.json", BulkManifest.as_view(), name="bulk-manifest"),
        re_path(r"^bulk/(?P<name>[a-z]+\.[a-z]+)$", BulkFile.as_view(), name="bulk-file"),
        re_path(
            r"^bulk/(?P<version>[0-9]{4}-[0-9]{2}-[0-9]{2}\.[0-9]{1,6}(?:-[0-9a-f]{8})?)/(?P<name>[a-z]+\.[a-z]+)$",
            BulkFile.as_view(),
            name="bulk-version-file",
        ),
        path("schema/", Schema.as_view(), name="schema"),
        path("docs/", docs, name="docs"),
        path("docs/portal287g.py", client, name="docs-client"),
        re_path(rf"^docs/{prose.NAMES}/$", docs_text, name="docs-text"),
        path("docs/addresses/<slug:name>/", docs_of_section, name="docs-section"),
        *router.urls,
        re_path(r"[\s\S]*\Z", NotHere.as_view(), name="nothing"),
    ]
)
