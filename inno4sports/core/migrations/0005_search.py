from typing import Any

from django.db import migrations, models

# One column to ask (docs/adr/0017): the text by the stems of its language, and all words folded. A stemmer wants the accents.
# Without "fastupdate" what was just written is not looked through one by one.
FORWARDS = [
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    "UPDATE core_searchtext SET text = title || ' ' || excerpt",
    """ALTER TABLE core_searchtext ADD COLUMN vector tsvector GENERATED ALWAYS AS (
        to_tsvector(CASE language WHEN 'en' THEN 'english'::regconfig WHEN 'nl' THEN 'dutch'::regconfig WHEN 'es' THEN 'spanish'::regconfig
            WHEN 'hu' THEN 'hungarian'::regconfig WHEN 'fi' THEN 'finnish'::regconfig ELSE 'simple'::regconfig END, text)
        || to_tsvector('simple'::regconfig, folded)) STORED""",
    "CREATE INDEX core_searchtext_vector ON core_searchtext USING gin (vector) WITH (fastupdate = off)",
    "CREATE INDEX core_searchword_alike ON core_searchword USING gist (word gist_trgm_ops)",
]
BACKWARDS = ["DROP INDEX core_searchword_alike", "ALTER TABLE core_searchtext DROP COLUMN vector"]


def run(*statements: str) -> Any:
    """Of PostgreSQL alone: SQLite looks through the folded text."""

    def operation(_apps: Any, editor: Any) -> None:
        if editor.connection.vendor == "postgresql":
            for sql in statements:
                editor.execute(sql)

    return operation


class Migration(migrations.Migration):
    dependencies = [("core", "0004_api")]
    operations = [
        migrations.CreateModel(
            name="SearchWord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("word", models.CharField(max_length=40, unique=True)),
            ],
        ),
        migrations.AddField(model_name="searchtext", name="text", field=models.TextField(default="", db_default="")),
        migrations.AddIndex(model_name="searchtext", index=models.Index(fields=["-changed_at", "-id"], name="core_search_changed_bd740f_idx")),
        migrations.AddIndex(
            model_name="searchtext", index=models.Index(fields=["thing_kind", "-changed_at", "-id"], name="core_search_thing_k_21be25_idx")
        ),
        migrations.RunPython(run(*FORWARDS), run(*BACKWARDS)),
    ]
