"""Choices of the admin that are made by typing (`autocomplete_fields`): what is no id is no choice, and no failure.

Django's widget asks the database for whatever a form sent, before the page can say that it is no valid choice: for a
text where a number stands it answers 500 (seen in Django 5.2).
"""

from django.contrib.admin import options
from django.contrib.admin.widgets import AutocompleteMixin, AutocompleteSelect, AutocompleteSelectMultiple
from django.core.exceptions import ValidationError
from django.db.models import Field


class IdsAlone(AutocompleteMixin):
    """Shows as chosen only what can be an id."""

    def optgroups(self, name, value, attr=None):
        related = self.field.remote_field
        ids = related.model._meta.get_field(getattr(related, "field_name", related.model._meta.pk.attname))
        return super().optgroups(name, [one for one in value if _is_id(one, ids)], attr)


def _is_id(value: object, ids: Field) -> bool:
    try:
        ids.run_validators(ids.to_python(value))  # a number beyond the column's range is none either
    except ValidationError:
        return False
    return True


class Select(IdsAlone, AutocompleteSelect):
    pass


class SelectMultiple(IdsAlone, AutocompleteSelectMultiple):
    pass


def install() -> None:
    """Let every table of the admin and its parts use these; Django offers no other place to choose them once."""
    options.AutocompleteSelect, options.AutocompleteSelectMultiple = Select, SelectMultiple
