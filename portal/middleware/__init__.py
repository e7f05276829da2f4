"""What happens to every request, in the order that settings.MIDDLEWARE gives."""

from django.http import HttpRequest


def is_admin(request: HttpRequest) -> bool:
    """Whether `request` is for the staff's side of the site, the only one with accounts and cookies."""
    return request.path_info.startswith("/admin/")
