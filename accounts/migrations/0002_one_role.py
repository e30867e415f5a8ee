from django.db import migrations


class Migration(migrations.Migration):
    """An account has one role. The table is the one that Django makes for ``PermissionsMixin.groups``."""

    dependencies = [("accounts", "0001_accounts")]

    operations = [
        migrations.RunSQL(
            "CREATE UNIQUE INDEX accounts_one_role ON accounts_groups (user_id)",
            "DROP INDEX accounts_one_role",
        )
    ]
