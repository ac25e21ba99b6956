"""Reports that two windows sent on the same days become one, which keeps what both said; then the database holds it so (0005)."""

from django.db import migrations
from django.db.models import Count


def merge(apps, schema_editor):
    ProgressReport = apps.get_model("actionplans", "ProgressReport")
    days = ("action_id", "period_from", "period_to")
    doubled = ProgressReport.objects.order_by().values(*days).annotate(n=Count("pk")).filter(n__gt=1).values(*days)
    for group in list(doubled):
        kept, *others = ProgressReport.objects.filter(**group).order_by("pk")
        for other in others:
            join(apps, kept, other)
        kept.save()


def join(apps, kept, other):
    """Nothing that was written is lost: texts stand under each other, files, history and results go to the one that stays."""
    for name in ("text", "reason"):
        mine, theirs = getattr(kept, name), getattr(other, name)
        if theirs and theirs not in mine:
            setattr(kept, name, f"{mine}\n\n{theirs}".strip())
    for name in ("evidence_url", "evidence_note", "policy_influenced", "change_kind", "eur_structural", "eur_other", "indicator_value"):
        if getattr(kept, name) in ("", None):
            setattr(kept, name, getattr(other, name))
    # The last one said what the action's state is since.
    kept.state, kept.nothing_changed = other.state, kept.nothing_changed and other.nothing_changed
    apps.get_model("actionplans", "Result").objects.filter(report=other).update(report=kept)
    for model in ("StoredFile", "HistoryEvent"):
        rows = apps.get_model("core", model).objects.filter(thing_kind="actionplans.progressreport", thing_id=other.public_id)
        rows.update(thing_id=kept.public_id)
    other.delete()


class Migration(migrations.Migration):
    dependencies = [("actionplans", "0003_report_change"), ("core", "0001_initial")]
    operations = [migrations.RunPython(merge, migrations.RunPython.noop)]
