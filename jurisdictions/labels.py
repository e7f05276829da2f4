"""Names of areas in the reader's language. What is stored, in the database and beside an agency, is English."""

from django.utils.translation import gettext


def area_name(name: str) -> str:
    """ "Broward County" as it is, or "Condado de Broward"; a name without such a word stays as the Census prints it."""
    bare, _space, kind = name.rpartition(" ")
    match kind if bare else "":
        case "County":
            return gettext("%(name)s County") % {"name": bare}
        case "Parish":
            return gettext("%(name)s Parish") % {"name": bare}
        case "Municipio":
            return gettext("%(name)s Municipio") % {"name": bare}
    return name
