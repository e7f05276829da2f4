from django.db import migrations


def into_the_ledger(apps, schema_editor):
    """An agency that was merged into another leaves its id to it; the agency itself had no row of a list any more."""
    former_ids = apps.get_model("jurisdictions", "AgencyFormerId").objects
    merged = apps.get_model("jurisdictions", "Agency").objects.exclude(merged_into=None)
    for agency in list(merged.prefetch_related("aliases")):
        names = sorted({(alias.state_printed, alias.folded) for alias in agency.aliases.all()})
        former_ids.create(public_id=agency.public_id, agency_id=agency.merged_into_id, names=[[*one] for one in names])
        former_ids.filter(agency=agency).update(agency_id=agency.merged_into_id)
        agency.delete()


class Migration(migrations.Migration):

    dependencies = [
        ("jurisdictions", "0002_former_ids_of_what_is_gone"),
        ("agreements", "0003_review_desk"),
    ]

    operations = [migrations.RunPython(into_the_ledger, migrations.RunPython.noop, elidable=True)]
