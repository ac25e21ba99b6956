from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("actionplans", "0004_reports_once")]
    operations = [
        migrations.AddConstraint(
            model_name="progressreport",
            constraint=models.UniqueConstraint(fields=("action", "period_from", "period_to"), name="actionplans_report_once"),
        ),
    ]
