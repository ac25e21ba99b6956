"""The history of an action told the titles of results that were still drafts, to readers who may not read those."""

from django.db import migrations


def forget(apps, _editor):
    apps.get_model("core", "HistoryEvent").objects.filter(thing_kind="actionplans.action", verb="draft_result").exclude(note="").update(note="")


class Migration(migrations.Migration):
    dependencies = [("actionplans", "0008_order_indexes"), ("core", "0001_initial")]

    operations = [migrations.RunPython(forget, migrations.RunPython.noop)]
