from django.db import migrations, models


def runs_that_a_command_made(apps, schema_editor):
    """A list that a command loaded was taken in at the moment it was applied."""
    runs = apps.get_model("agreements", "ImportRun").objects
    runs.update(uploaded_at=models.F("applied_at"))
    for run in runs.exclude(snapshot=None).select_related("snapshot"):
        held = run.snapshot
        run.kind, run.published_on, run.half, run.row_count = held.kind, held.published_on, held.half, held.row_count
        run.save()


class Migration(migrations.Migration):

    dependencies = [("agreements", "0003_review_desk")]

    operations = [
        migrations.RunPython(runs_that_a_command_made, migrations.RunPython.noop, elidable=True),
    ]
