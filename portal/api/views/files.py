"""The files of all records, as the manifest describes them."""

from __future__ import annotations

from pathlib import Path

from django.http import (
    FileResponse,
    HttpResponseBase,
)
from django.utils.cache import get_conditional_response
from drf_spectacular.utils import OpenApiTypes, extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.views import APIView

from agreements.api.base import Answer
from portal.api import bulk


class Bulk(Answer, APIView):
    """All records as files, CSV and JSON Lines: which there are, how many rows, the sha256 and the schema of each.

    The names without a version lead to the newest files; the last versions stay for downloads that have begun.
    """

    is_kept = False

    @extend_schema(operation_id="bulk_retrieve", responses={200: OpenApiTypes.OBJECT})
    def get(self, request) -> Response:
        """The manifest of the newest files. Before the first ones, `version` is null."""
        held = bulk.manifest() if bulk.is_built() else {"version": None, "files": [], "schemas": {}}
        for each in held["files"]:
            path = reverse("api:bulk-version-file", args=[held["version"], each["name"]])
            each["url"] = request.build_absolute_uri(path)
        return Response({**held, "versions": bulk.versions()})


@extend_schema(exclude=True)
class BulkManifest(Bulk):
    """The same under the name that mirrors look for."""


class BulkFile(Answer, APIView):
    """A file of all records."""

    is_kept = False

    @extend_schema(exclude=True)
    def get(self, request, name: str, version: str = bulk.CURRENT) -> HttpResponseBase:
        try:
            described, path = bulk.file_of(name, version)
            etag = f'"{described["sha256"]}"'
            unchanged = get_conditional_response(request, etag=etag)
            if unchanged is not None:
                return unchanged
            packed = "gzip" in request.headers.get("Accept-Encoding", "")
            opened = Path(f"{path}.gz" if packed else path).open("rb")  # noqa: SIM115 - the answer closes it
        except (bulk.NotBuilt, FileNotFoundError):
            raise NotFound("There is no such file. See /api/v1/bulk/ for those that there are.") from None
        response = FileResponse(
            opened, as_attachment=True, filename=name, content_type=f"{described['media_type']}; charset=utf-8"
        )
        if packed:
            response.headers["Content-Encoding"] = "gzip"
            etag = f"W/{etag}"
        response.headers["ETag"] = etag
        response.headers["Vary"] = "Accept-Encoding"
        return response

    def dispatch(self, request, *args, **kwargs) -> HttpResponseBase:
        response = super().dispatch(request, *args, **kwargs)
        if response.status_code in {200, 304}:
            # The files of a version never change; the newest files are asked after.
            age = "max-age=31536000, immutable" if "version" in kwargs else "no-cache"
            response.headers["Cache-Control"] = f"public, {age}"
        return response
