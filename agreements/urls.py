"""The pages of agencies, agreements, laws, policies and changes. These addresses are permanent."""

from django.urls import path, re_path

from . import feeds, views

# The id alone finds an agency; the words behind it are for the reader and may be missing or out of date.
AGENCY = r"^agencies/(?P<public_id>[2-9a-z]{6})(?:-(?P<slug>[-a-z0-9_]*))?/$"

urlpatterns = [
    path("agencies/", views.agency_list, name="agencies"),
    re_path(AGENCY, views.agency, name="agency"),
    path("agreements/", views.agreement_list, name="agreements"),
    path("agreements/<slug:public_id>/", views.agreement, name="agreement"),
    path("laws/", views.law_list, name="laws"),
    path("laws/<slug:key>/", views.law, name="law"),
    path("policies/", views.policy_list, name="policies"),
    path("policies/<slug:key>/", views.policy, name="policy"),
    path("changes/", views.change_list, name="changes"),
    path("changes/feed/", feeds.feed, {"form": "atom"}, name="feed"),
    path("changes/feed.json", feeds.feed, {"form": "json"}, name="feed-json"),
    path("changes/<slug:key>/", views.change, name="change"),
]
