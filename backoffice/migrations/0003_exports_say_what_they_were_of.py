import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("backoffice", "0002_search_triggers")]

    operations = [
        migrations.AddField(
            model_name="export",
            name="file_name",
            field=models.TextField(default="export", verbose_name="File"),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="export",
            name="filter",
            field=models.TextField(blank=True, verbose_name="Filter"),
        ),
        migrations.AddField(
            model_name="export",
            name="waitlist_pks",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.BigIntegerField(), default=list, editable=False, size=None
            ),
        ),
        migrations.AlterField(
            model_name="export",
            name="query",
            field=models.TextField(blank=True, editable=False),
        ),
    ]
