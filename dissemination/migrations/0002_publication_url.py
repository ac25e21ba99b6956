"""The publication's address gets a name of its own; the column keeps its name, so old processes go on reading it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("dissemination", "0001_initial")]

    operations = [
        migrations.AlterField(
            "finding",
            "url",
            models.URLField(blank=True, db_column="url", max_length=500, verbose_name="address of the publication"),
        ),
        migrations.RenameField("finding", "url", "publication_url"),
    ]
