"""What somebody says about an export before it starts."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminTextInputWidget,
)

from accounts.models import User
from backoffice.exports.columns import last_chosen, offered_to
from backoffice.models import Export
from backoffice.models.exports import ExportFormat


class ExportForm(forms.Form):
    """Why, as which kind of file, and with which columns: the last time's to begin with."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=Export._meta.get_field("reason").max_length,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
        help_text=_("What the data are for. It is kept with the export."),
    )
    format = forms.ChoiceField(label=_("Format"), choices=ExportFormat.choices, widget=UnfoldAdminRadioSelectWidget)
    columns = forms.MultipleChoiceField(label=_("Columns"), widget=UnfoldAdminCheckboxSelectMultipleWidget)

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        columns: Any = self.fields["columns"]
        columns.choices = [(column.key, column.header) for column in offered_to(user)]
        columns.initial = last_chosen(user)
        last = Export.objects.filter(actor=user).order_by("-created_at").values_list("format", flat=True).first()
        self.fields["format"].initial = last or ExportFormat.CSV_SEMICOLON
