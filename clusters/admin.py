"""What the administrator mends in /admin/: people and their roles, topics, regions at a glance. No answers, no drafts."""

# ruff: noqa: ARG002 -- the signatures are Django's

from typing import Any

from allauth.account.decorators import secure_admin_login
from allauth.idp.oidc.models import Client, Token
from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from inno4sports.core.acts import acting
from inno4sports.core.http import actor_of

from .domain.member import create_account
from .domain.settings import appoint
from .models import Cluster, Topic, User

# Clients are made on the pages of who keeps them; nobody looks at tokens.
admin.site.unregister([Client, Token])

# The same sign-in as everywhere, with its throttles.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]  # allauth's documented way


class ForAdministrators(admin.ModelAdmin):
    """Rights come from one mark on the person, not from rows of permissions."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_staff)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_staff)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_staff)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_staff)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """What is mended here is shown to visitors, as after any act."""
        with acting():
            super().save_model(request, obj, form, change)


class PersonForm(forms.ModelForm):
    """A person with the roles that only an administrator gives; memberships come by invitation."""

    editor = forms.BooleanField(label=_("EPSI editor"), required=False)
    coordinator = forms.BooleanField(label=_("coordinator"), required=False)
    administrator = forms.BooleanField(label=_("administrator"), required=False)
    active = forms.BooleanField(label=_("may sign in"), required=False, initial=True)

    class Meta:
        model = User
        fields = ["email", "name", "language"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        user = self.instance
        if user.pk:
            initial = {"editor": user.is_editor, "coordinator": user.is_coordinator, "administrator": user.is_staff, "active": user.is_active}
            self.initial.update(initial)

    def clean_email(self) -> str:
        email = str(self.cleaned_data["email"]).lower()
        if User.objects.filter(email__iexact=email).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(_("This address has an account already."))
        return email


@admin.register(User)
class UserAdmin(ForAdministrators):
    """People: an account made here signs in by a code in the mail."""

    form = PersonForm
    list_display = ("email", "name", "is_staff", "editor_at", "coordinator_at", "is_active")
    list_filter = ("is_staff", "is_active")
    search_fields = ("email", "name")
    ordering = ("email",)
    fields = ("email", "name", "language", "editor", "coordinator", "administrator", "active")

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        """What a person has chosen is theirs; the address is proved by its mailbox."""
        return ("email", "name", "language") if obj else ()

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        data = form.cleaned_data
        if not change:
            made = create_account(email=data["email"], name=data["name"], language=data["language"])
            obj.pk = made.pk
            obj.__dict__.update(made.__dict__)
        roles = {name: data[name] for name in ("editor", "coordinator", "administrator", "active")}
        appoint(obj, by=actor_of(request), **roles)


@admin.register(Topic)
class TopicAdmin(ForAdministrators):
    """The topics, with their labels in each language."""

    list_display = ("slug", "label", "kind", "parent")
    list_filter = ("kind",)
    search_fields = ("slug",)
    fields = ("slug", "kind", "parent", "labels")

    def get_readonly_fields(self, request: HttpRequest, obj: Topic | None = None) -> tuple[str, ...]:
        """Addresses hold the slug: it stays."""
        return ("slug",) if obj else ()


@admin.register(Cluster)
class ClusterAdmin(ForAdministrators):
    """Regions to look at; they are opened and changed on the site, where history is written."""

    list_display = ("code", "name", "country", "status", "position")
    fields = ("name", "code", "country", "timezone", "status", "position", "created_at", "activated_at")
    readonly_fields = fields

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
