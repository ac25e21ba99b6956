"""The demo accounts: role names, never a person's; each in its cluster's language."""

import secrets

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password

from clusters.models import Cluster, Membership, User
from inno4sports.core import clock

WORDS = {
    "manager": {"en": "Manager", "nl": "Manager", "es": "Gerente", "hu": "Menedzser", "fi": "Vastaava", "pl": "Menedżer"},
    "manager2": {"en": "Second manager", "nl": "Tweede manager", "es": "Segunda gerente", "hu": "Második menedzser", "fi": "Toinen vastaava", "pl": "Drugi menedżer"},
    "partner": {"en": "Partner", "nl": "Partner", "es": "Socio", "hu": "Partner", "fi": "Kumppani", "pl": "Partner"},
}  # fmt: skip


def demo_password() -> str:
    """DEMO_PASSWORD, else one made once and kept in DATA_DIR/demo_password (mode 0600)."""
    if settings.DEMO_PASSWORD:
        return settings.DEMO_PASSWORD
    path = settings.DATA_DIR / "demo_password"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(9))
    return path.read_text().strip()


def encoded_password() -> str:
    """One hash for all demo accounts, kept while the password stays: hashing is slow by design, and a start should be quick."""
    password = demo_password()
    present = User.objects.filter(email="admin@portal.demo.example").values_list("password", flat=True).first()
    return present if present and check_password(password, present) else make_password(password)


def account(email: str, name: str, language: str, zone: str, encoded: str) -> User:
    """The account of an address, made once; its password follows the setting."""
    user, new = User.objects.get_or_create(email=email, defaults={"name": name, "language": language, "timezone": zone})
    if new:
        EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    if user.password != encoded:
        User.objects.filter(pk=user.pk).update(password=encoded)
    return user


def load_accounts() -> None:
    """Managers and a partner of every region of the data set, the lead partner, two editors, an administrator."""
    password = encoded_password()
    shipped = dict(settings.LANGUAGES)
    for cluster in Cluster.objects.filter(origin="recorded"):
        language = cluster.main_language if cluster.main_language in shipped else "en"
        place = cluster.region_names.get(language) or cluster.region_names["en"]
        for role, words in WORDS.items():
            user = account(f"{role}@{cluster.slug}.demo.example", f"{words[language]}, {place}", language, cluster.timezone, password)
            Membership.objects.get_or_create(
                user=user, cluster=cluster, removed_at=None, defaults={"role": "partner" if role == "partner" else "manager"}
            )
    led = Cluster.objects.get(slug="south-netherlands")
    lead = account("lead@portal.demo.example", "Lead partner", led.main_language, led.timezone, password)
    Membership.objects.get_or_create(user=lead, cluster=led, removed_at=None, defaults={"role": "manager"})
    _give(lead, "coordinator_at")
    _give(account("editor@epsi.demo.example", "EPSI editor", "en", "Europe/Brussels", password), "editor_at")
    _give(account("reviewer@epsi.demo.example", "EPSI reviewer", "en", "Europe/Brussels", password), "editor_at")
    admin = account("admin@portal.demo.example", "Administrator", "en", "Europe/Brussels", password)
    if not admin.is_staff:
        User.objects.filter(pk=admin.pk).update(is_staff=True)


def _give(user: User, field: str) -> None:
    if getattr(user, field) is None:
        User.objects.filter(pk=user.pk).update(**{field: clock.now()})
