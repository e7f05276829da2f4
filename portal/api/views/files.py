"""The files of all records, as the manifest describes them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from hashlib import blake2s
from pathlib import Path

from django.http import FileResponse, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.dateparse import parse_datetime
from django.utils.http import content_disposition_header, http_date
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import APIException, NotFound
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.views import APIView

from agreements.api.base import Answer
from agreements.api.problems import unmet_condition
from portal.api import bulk
from portal.api.bulk_tables import FORMS
from portal.middleware.compression import chosen_coding

ONE_RANGE = re.compile(r"bytes=(?P<first>[0-9]{0,18})-(?P<last>[0-9]{0,18})")
READ_AT_ONCE = 64 * 1024


class FileRecord(serializers.Serializer):
    """A file of a version."""

    name = serializers.CharField(help_text="As it ends its address.")
    table = serializers.CharField(help_text="What its records are.")
    format = serializers.ChoiceField(choices=FORMS, help_text="How the records are written.")
    media_type = serializers.CharField(help_text="As the Content-Type says it.")
    rows = serializers.IntegerField(help_text="Records; features in GeoJSON.")
    bytes = serializers.IntegerField(help_text="Of the file itself, not of a compressed form.")
    sha256 = serializers.CharField(help_text="Of the file itself.")
    compressed_bytes = serializers.DictField(
        child=serializers.IntegerField(), help_text="What is sent where Accept-Encoding allows br or gzip."
    )
    schema = serializers.CharField(allow_null=True, help_text="Name in `schemas` of what each record is like.")
    url = serializers.CharField(help_text="Of this version.")


class ManifestRecord(serializers.Serializer):
    """Which files there are. Before the first ones, all but the lists is null."""

    version = serializers.CharField(allow_null=True, help_text="The day, which version of that day, and a digest.")
    built_at = serializers.DateTimeField(allow_null=True, help_text="When the files were written.")
    data_version = serializers.IntegerField(allow_null=True, help_text="What the facts of every file are.")
    changed_at = serializers.DateTimeField(allow_null=True, help_text="When this data version was made.")
    as_of = serializers.DateField(allow_null=True, help_text="The day that statuses in the files speak of.")
    release = serializers.CharField(allow_null=True, help_text="Of the code that wrote them.")
    site = serializers.CharField(allow_null=True, help_text="How addresses in the files begin.")
    newest_list = serializers.DateField(allow_null=True, help_text="Of participating agencies, that we hold.")
    changes_cursor = serializers.CharField(allow_null=True, help_text="For changes/?after=: what came after the files.")
    geography = serializers.CharField(allow_null=True, help_text="Names the areas, which changes/ does not tell of.")
    licence = serializers.CharField(allow_null=True, help_text="Of the data.")
    licence_url = serializers.CharField(allow_null=True, help_text="Its text.")
    files = FileRecord(many=True, help_text="Every file of the version.")
    schemas = serializers.DictField(child=serializers.DictField(), help_text="By table: a JSON Schema of a record.")
    versions = serializers.ListField(child=serializers.CharField(), help_text="Those that are held, oldest first.")


NOTHING_YET = dict.fromkeys(ManifestRecord().fields) | {"files": [], "schemas": {}, "versions": []}


class Bulk(Answer, APIView):
    """All records as files, CSV, JSON Lines and GeoJSON: which there are, rows, sha256 and schema of each.

    The names without a version lead to the newest files; the last versions stay for downloads that have begun.
    """

    is_kept = False

    @extend_schema(operation_id="bulk_retrieve", responses=ManifestRecord)
    def get(self, request) -> HttpResponseBase:
        """The manifest of the newest files. Before the first ones, `version` is null."""
        if not bulk.is_built():
            return Response(NOTHING_YET)
        held, versions = bulk.manifest(), bulk.versions()
        asked = f"{request.build_absolute_uri()} {' '.join(versions)}"
        etag = f'"{held["version"]}-{blake2s(asked.encode(), digest_size=8).hexdigest()}"'
        unmet = unmet_condition(request, etag=etag)
        if unmet is not None:
            unmet.headers["ETag"] = etag
            return unmet
        for each in held["files"]:
            path = reverse("api:bulk-version-file", args=[held["version"], each["name"]])
            each["url"] = request.build_absolute_uri(path)
        return Response({**held, "versions": versions}, headers={"ETag": etag})

    def dispatch(self, request, *args, **kwargs) -> HttpResponseBase:
        response = super().dispatch(request, *args, **kwargs)
        if response.has_header("ETag") and response.status_code in {200, 304}:
            response.headers["Cache-Control"] = "public, no-cache"
        return response


@extend_schema(exclude=True)
class BulkManifest(Bulk):
    """The same under the name that mirrors look for."""


class OutOfRange(APIException):
    """A part of a file that begins behind its end."""

    status_code = 416
    default_detail = "The file has no such part. Content-Range says how long it is."


class BulkFile(Answer, APIView):
    """A file of all records: whole, compressed where the caller takes it, or a part of it (RFC 9110, 14)."""

    is_kept = False

    @extend_schema(exclude=True)
    def get(self, request, name: str, version: str = bulk.CURRENT) -> HttpResponseBase:
        try:
            described, path = bulk.file_of(name, version)
            etag = f'"{described["sha256"]}"'
            changed = parse_datetime(bulk.manifest(path.parent.name)["built_at"])
            unmet = unmet_condition(request, etag=etag, last_modified=int(changed.timestamp()))
            if unmet is not None:
                unmet.headers["ETag"], unmet.headers["Vary"] = etag, "Accept-Encoding"
                return unmet
            modified = http_date(changed.timestamp())
            part = self.asked_part(request, described["bytes"], {etag, modified})
            coding = None if part else chosen_coding(request.headers.get("Accept-Encoding", ""))
            held = bulk.twin_of(path, coding)
            size = held.stat().st_size
            response = self.part_of(held, part, size) if part else self.whole(request, held, size)
        except (bulk.NotBuilt, FileNotFoundError):
            raise NotFound("There is no such file. See /api/v1/bulk/ for those that there are.") from None
        if coding:
            response.headers["Content-Encoding"] = coding
            etag = f"W/{etag}"
        headers = {
            "Content-Type": f"{described['media_type']}; charset=utf-8",
            "Content-Disposition": content_disposition_header(True, name),
            "ETag": etag,
            "Last-Modified": modified,
            "Accept-Ranges": "bytes",
            "Vary": "Accept-Encoding",
        }
        for header, value in headers.items():
            response.headers[header] = value
        return response

    @staticmethod
    def asked_part(request, size: int, validators: set[str]) -> range | None:
        """The bytes that are asked for; None for all of them, as where the file is another than the caller began with.

        Several parts at once are not served: whoever asks for them gets the file.
        """
        asked = ONE_RANGE.fullmatch(request.headers.get("Range", ""))
        if asked is None or request.method != "GET":
            return None
        if request.headers.get("If-Range", "") not in {"", *validators}:
            return None
        match asked["first"], asked["last"]:
            case "", "":
                return None
            case "", last:
                first, end = max(0, size - int(last)), size
            case first, "":
                first, end = int(first), size
            case first, last:
                first, end = int(first), min(size, int(last) + 1)
                if int(last) < first:
                    return None
        if first >= size:
            raise OutOfRange
        return range(first, end)

    @staticmethod
    def whole(request, path: Path, size: int) -> HttpResponseBase:
        if request.method == "HEAD":
            return HttpResponse(headers={"Content-Length": str(size)})
        return FileResponse(path.open("rb"))

    @staticmethod
    def part_of(path: Path, part: range, size: int) -> HttpResponseBase:
        headers = {"Content-Range": f"bytes {part.start}-{part.stop - 1}/{size}", "Content-Length": str(len(part))}
        return StreamingHttpResponse(bytes_of(path, part), status=206, headers=headers)

    def handle_exception(self, exception) -> HttpResponseBase:
        response = super().handle_exception(exception)
        if isinstance(exception, OutOfRange):
            described, _path = bulk.file_of(self.kwargs["name"], self.kwargs.get("version", bulk.CURRENT))
            response.headers["Content-Range"] = f"bytes */{described['bytes']}"
        return response

    def dispatch(self, request, *args, **kwargs) -> HttpResponseBase:
        response = super().dispatch(request, *args, **kwargs)
        if response.status_code in {200, 206, 304}:
            # The files of a version never change; the newest files are asked after.
            age = "max-age=31536000, immutable" if "version" in kwargs else "no-cache"
            response.headers["Cache-Control"] = f"public, {age}"
        return response


def bytes_of(path: Path, part: range) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(part.start)
        left = len(part)
        while left and (chunk := file.read(min(left, READ_AT_ONCE))):
            left -= len(chunk)
            yield chunk
