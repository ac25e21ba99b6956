"""As house rules want it: only added, with a default in the database, the index without a lock on writers."""

from django.db import migrations


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("core", "0003_slots_and_holds"), ("learning", "0001_initial")]
    operations = [
        migrations.RunSQL("ALTER TABLE core_outboxmail ADD COLUMN later text NOT NULL DEFAULT ''"),
        migrations.RunSQL("ALTER TABLE learning_feedback ADD COLUMN later integer NOT NULL DEFAULT 0"),
        migrations.RunSQL("CREATE INDEX CONCURRENTLY core_historyevent_later ON core_historyevent (verb)"),
    ]
