from django.apps import AppConfig, apps
from django.contrib import admin
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("Staff")

    def ready(self) -> None:
        from accounts import receivers  # noqa: F401, PLC0415 - connecting them is the import's effect

        # allauth registers its own tables, secrets of second factors among them.
        for label in ("account", "mfa", "socialaccount"):
            for model in apps.get_app_config(label).get_models():
                if admin.site.is_registered(model):
                    admin.site.unregister(model)
