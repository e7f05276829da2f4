"""The five roles, with what portal/roles.py grants them, and the table in which PostgreSQL counts attempts to sign in."""

from django.conf import settings
from django.core.management import call_command
from django.db import migrations

ROLES = ["researcher", "editor", "publisher", "translator", "administrator"]


def make_roles(apps, schema_editor):
    """The groups; what they may do follows after the last migration (portal/apps.py), when every model is there."""
    Group = apps.get_model("auth", "Group")
    for role in ROLES:
        Group.objects.using(schema_editor.connection.alias).get_or_create(name=role)


def make_table_of_attempts(apps, schema_editor):
    if "DatabaseCache" in settings.CACHES["default"]["BACKEND"]:
        call_command("createcachetable", database=schema_editor.connection.alias, verbosity=0)


class Migration(migrations.Migration):
    dependencies = [("auth", "0012_alter_user_first_name_max_length")]

    operations = [
        migrations.RunPython(make_roles, migrations.RunPython.noop),
        migrations.RunPython(make_table_of_attempts, migrations.RunPython.noop),
    ]
