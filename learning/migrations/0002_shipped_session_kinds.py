"""The kinds of session that come with the portal; the administrator's list may grow from here."""

from django.db import migrations

LANGUAGES = ("en", "nl", "es", "hu", "fi", "pl")

# slug -> its words in LANGUAGES
SHIPPED = {
    "study_visit": ("Study visit", "Studiebezoek", "Visita de estudio", "Tanulmányút", "Opintomatka", "Wizyta studyjna"),
    "thematic_workshop": ("Thematic workshop", "Themaworkshop", "Taller temático", "Tematikus műhely", "Teematyöpaja", "Warsztaty tematyczne"),
    "peer_review": (
        "Peer review",
        "Peer review",
        "Evaluación entre homólogos (peer review)",
        "Kölcsönös szakmai értékelés (peer review)",
        "Vertaisarviointi",
        "Wzajemna ocena (peer review)",
    ),
    "staff_exchange_week": (
        "Staff exchange week",
        "Uitwisselingsweek voor medewerkers",
        "Semana de intercambio de personal",
        "Munkatársi cserehét",
        "Henkilöstövaihtoviikko",
        "Tydzień wymiany pracowników",
    ),
    "knowledge_capitalisation_seminar": (
        "Knowledge capitalisation seminar",
        "Seminar over het benutten van kennis",
        "Seminario de capitalización de conocimientos",
        "Tudáshasznosítási szeminárium",
        "Tiedon hyödyntämisen seminaari",
        "Seminarium kapitalizacji wiedzy",
    ),
    "interregional_event": (
        "Interregional event",
        "Interregionaal evenement",
        "Evento interregional",
        "Régióközi rendezvény",
        "Alueiden välinen tapahtuma",
        "Wydarzenie międzyregionalne",
    ),
    "steering_group": (
        "Steering group",
        "Stuurgroep",
        "Reunión del comité de dirección",
        "Irányítócsoport ülése",
        "Ohjausryhmän kokous",
        "Posiedzenie komitetu sterującego",
    ),
    "stakeholder_meeting": (
        "Stakeholder meeting",
        "Overleg met belanghebbenden",
        "Reunión de partes interesadas",
        "Érdekelt felek találkozója",
        "Sidosryhmätapaaminen",
        "Spotkanie interesariuszy",
    ),
    "webinar": ("Webinar", "Webinar", "Seminario web", "Webinárium", "Webinaari", "Webinarium"),
    "conference": ("Conference", "Conferentie", "Conferencia", "Konferencia", "Konferenssi", "Konferencja"),
}


def ship(apps, schema_editor):
    kinds = apps.get_model("learning", "SessionKind")
    for position, (slug, words) in enumerate(SHIPPED.items(), start=1):
        labels = dict(zip(LANGUAGES, words, strict=True))
        kinds.objects.get_or_create(slug=slug, defaults={"labels": labels, "position": position})


def take_back(apps, schema_editor):
    """Only kinds that no session has: what was made with them stays."""
    sessions = apps.get_model("learning", "Session")
    used = sessions.objects.values_list("session_kind__slug", flat=True)
    apps.get_model("learning", "SessionKind").objects.filter(slug__in=SHIPPED).exclude(slug__in=list(used)).delete()


class Migration(migrations.Migration):
    dependencies = [("learning", "0001_initial")]

    operations = [migrations.RunPython(ship, take_back)]
