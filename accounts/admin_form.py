"""The form of an account: nobody can give a role or a list that he has not himself."""

from typing import Any, NamedTuple

from django import forms
from django.contrib.auth.models import Group
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminSelectWidget

from accounts.models import User
from accounts.roles import grantable_roles, label


class Standing(NamedTuple):
    """What an account may do, and of which lists, as the trail tells it."""

    role: str
    lists: list[str]  # slugs; "*" for all

    @classmethod
    def of(cls, account: User) -> "Standing":
        """As the database has it now."""
        role = account.groups.first()
        slugs = ["*"] if account.sees_all_lists else account.waitlists.values_list("slug", flat=True)
        return cls(role.name if role else "", sorted(slugs))


class _RoleField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Group) -> str:
        return label(obj)


class AccountForm(forms.ModelForm):
    """``giver`` is set by the admin: the one who fills the form in."""

    giver: User
    role = _RoleField(
        Group.objects.none(),
        label=_("Role"),
        widget=UnfoldAdminSelectWidget,
        help_text=_(
            "Founder: everything. Editor: works with leads. Viewer: reads; contacts are masked, showing is recorded."
        ),
    )

    class Meta:
        model = User
        fields = ("email", "name", "organisation", "sees_all_lists", "waitlists", "is_active")
        widgets = {"waitlists": UnfoldAdminCheckboxSelectMultipleWidget}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.standing = Standing.of(self.instance) if self.instance.pk else Standing("", [])
        if self.instance == self.giver:
            del self.fields["role"]  # nobody changes his own, so that somebody is left who may
        if role := self.fields.get("role"):
            role.queryset = grantable_roles(self.giver)  # type: ignore[attr-defined]
            if self.instance.pk:
                role.initial = self.instance.role
        if lists := self.fields.get("waitlists"):
            lists.queryset = self.giver.visible_waitlists()  # type: ignore[attr-defined]

    def clean_email(self) -> str:
        """As accounts are made elsewhere too."""
        return User.objects.normalize_email(self.cleaned_data["email"])

    def _save_m2m(self) -> None:
        super()._save_m2m()  # type: ignore[misc]
        if role := self.cleaned_data.get("role"):
            self.instance.groups.set([role])
