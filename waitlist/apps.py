from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WaitlistConfig(AppConfig):
    name = "waitlist"
    verbose_name = _("Waitlist")

    def ready(self) -> None:
        from waitlist import origins  # noqa: F401, PLC0415 - registering the CORS receiver is the import's effect
