"""What the bench of the API holds it against: the same list as an ordinary app of Django REST framework has it, and a
view that reads one row and does nothing else. Both run in our own process, behind our own middleware.

The list has the usual care: nested ModelSerializers over select_related and prefetch_related, DjangoFilterBackend,
PageNumberPagination. Its records say what ours say.
"""

from __future__ import annotations

from django.db.models import Prefetch
from django.http import JsonResponse
from django.urls import path
from django_filters import CharFilter, FilterSet
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework import generics, serializers
from rest_framework.pagination import PageNumberPagination
from rest_framework.renderers import JSONRenderer

import portal.urls
from agreements.days import today
from agreements.models import Agreement, AgreementCitation, AgreementFormerId, Listing, Snapshot
from jurisdictions.models import Agency, Jurisdiction, Source


class SnapshotSerializer(serializers.ModelSerializer):
    class Meta:
        model = Snapshot
        fields = ["id", "kind", "published_on"]


class SourceSerializer(serializers.ModelSerializer):
    class Meta:
        model = Source
        fields = ["title", "publisher", "url", "published_on", "retrieved_on"]


class CitationSerializer(serializers.ModelSerializer):
    source = SourceSerializer()

    class Meta:
        model = AgreementCitation
        fields = ["source"]


class AgencySerializer(serializers.ModelSerializer):
    id = serializers.CharField(source="public_id")
    state = serializers.CharField(source="state.usps")

    class Meta:
        model = Agency
        fields = ["id", "name", "kind", "state", "placement"]


class FormerIdSerializer(serializers.ModelSerializer):
    class Meta:
        model = AgreementFormerId
        fields = ["public_id"]


class AgreementSerializer(serializers.ModelSerializer):
    id = serializers.CharField(source="public_id")
    agency = AgencySerializer()
    status = serializers.CharField()
    status_since = serializers.DateField()
    signed_on = serializers.DateField()
    moa_url = serializers.CharField()
    addendum_url = serializers.CharField()
    last_listed_on = serializers.DateField()
    first_snapshot = serializers.SerializerMethodField()
    last_snapshot = serializers.SerializerMethodField()
    former_ids = FormerIdSerializer(many=True)
    citations = CitationSerializer(many=True)
    ended_source = SourceSerializer()
    sources = serializers.SerializerMethodField()
    url = serializers.SerializerMethodField()

    class Meta:
        model = Agreement
        fields = [
            "id", "agency", "program_model", "status", "status_since", "signed_on", "moa_url", "addendum_url",
            "ended_on", "ended_source", "first_listed_on", "last_listed_on", "first_snapshot", "last_snapshot",
            "former_ids", "citations", "sources", "url", "updated_at",
        ]  # fmt: skip

    def get_first_snapshot(self, agreement):
        first = min((each.first_snapshot for each in agreement.listings.all()), key=lambda each: each.published_on)
        return SnapshotSerializer(first).data

    def get_last_snapshot(self, agreement):
        return SnapshotSerializer(self.last(agreement)).data

    def last(self, agreement):
        return max((each.last_snapshot for each in agreement.listings.all()), key=lambda each: each.published_on)

    def get_sources(self, agreement):
        last = self.last(agreement)
        held = [Source(title="287(g) list", publisher="ICE", published_on=last.published_on, url=last.file_name)]
        if agreement.moa_url:
            held.append(Source(title="Memorandum of agreement", publisher="ICE", url=agreement.moa_url))
        return SourceSerializer(held, many=True).data

    def get_url(self, agreement):
        return self.context["request"].build_absolute_uri(agreement.get_absolute_url())


class AgreementFilter(FilterSet):
    state = CharFilter("agency__state__usps")
    status = CharFilter("status")

    class Meta:
        model = Agreement
        fields = ["program_model"]


class Pages(PageNumberPagination):
    page_size = 100


LISTS = Snapshot.objects.only("kind", "published_on", "file_name")


class AgreementList(generics.ListAPIView):
    serializer_class = AgreementSerializer
    filter_backends = [DjangoFilterBackend]
    filterset_class = AgreementFilter
    pagination_class = Pages
    renderer_classes = [JSONRenderer]
    throttle_classes = []

    def get_queryset(self):
        listings = Listing.objects.only("agreement", "first_snapshot", "last_snapshot").prefetch_related(
            Prefetch("first_snapshot", LISTS), Prefetch("last_snapshot", LISTS)
        )
        return (
            Agreement.objects.on(today())
            .select_related("agency__state", "ended_source")
            .prefetch_related(Prefetch("listings", listings), "former_ids", "citations__source")
            .order_by("agency__state__name", "agency__name", "program_model")
        )


def one_row(request, geoid: str) -> JsonResponse:
    area = Jurisdiction.objects.get(pk=geoid)
    return JsonResponse({"geoid": area.pk, "name": area.name, "population": area.population})


urlpatterns = [
    path("plain/agreements/", AgreementList.as_view()),
    path("plain/jurisdictions/<geoid>/", one_row),
    *portal.urls.urlpatterns,
]
