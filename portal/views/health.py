"""What machines ask: is it alive, is it ready, what may be crawled, who hears of a weakness."""

from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Max
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.cache import get_conditional_response, set_response_etag
from django.views.decorators.cache import cache_control, never_cache

from agreements.models import Snapshot

SECURITY_TXT_LASTS = timedelta(days=180)


@never_cache
def alive(request: HttpRequest) -> HttpResponse:
    """The process answers. Asks nothing of the database, so that a database at rest does not restart the workers."""
    return HttpResponse("alive\n", content_type="text/plain; charset=utf-8")


@never_cache
def ready(request: HttpRequest) -> JsonResponse:
    """Whether this process can answer readers: 200, or 503 with what is missing.

    `newest_list` is the day of the newest list we hold, for a monitor that wants to know how old it is.
    """
    state = {"database": "unreachable", "migrations": "unknown", "newest_list": None}
    try:
        executor = MigrationExecutor(connection)
        state["database"] = "ok"
        pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
        state["migrations"] = "pending" if pending else "applied"
        if not pending:
            state["newest_list"] = Snapshot.objects.participating().aggregate(newest=Max("published_on"))["newest"]
    except DatabaseError:
        pass  # `state` says how far it came
    is_ready = state["newest_list"] is not None
    return JsonResponse({"ready": is_ready, **state}, status=200 if is_ready else 503)


@cache_control(max_age=3600, public=True)
def robots(request: HttpRequest) -> HttpResponse:
    """Search engines are welcome. Not in the staff's rooms, nor on every day of every page."""
    closed = ("/admin/", "/*?*as_of=", "/find/", "/es/find/", "/report/", "/es/report/")
    sitemap = request.build_absolute_uri(reverse("sitemap"))
    return text(request, "User-agent: *", *(f"Disallow: {path}" for path in closed), "", f"Sitemap: {sitemap}")


@cache_control(max_age=3600, public=True)
def security(request: HttpRequest) -> HttpResponse:
    """Whom to tell of a weakness (RFC 9116). Absent where the operator has named nobody."""
    if not settings.SECURITY_CONTACT:
        raise Http404("SECURITY_CONTACT is not set")
    expires = (datetime.now(UTC) + SECURITY_TXT_LASTS).replace(hour=0, minute=0, second=0, microsecond=0)
    return text(
        request,
        f"Contact: {settings.SECURITY_CONTACT}",
        f"Expires: {expires.isoformat()}",
        "Preferred-Languages: en, es",
    )


def text(request: HttpRequest, *lines: str) -> HttpResponse:
    """Lines with the ETag of their words, which Django would give to GET alone and not to HEAD."""
    words = "".join(f"{line}\n" for line in lines)
    answer = set_response_etag(HttpResponse(words, content_type="text/plain; charset=utf-8"))
    return get_conditional_response(request, answer.headers["ETag"], response=answer)
