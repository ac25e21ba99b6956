"""The two questionnaires that come with the portal, in its six languages."""

from django.db import migrations

# (title, [(kind, texts, choices)]); keys are given by position, so answers in all languages pool.
SHIPPED = [
    (
        "After a session",
        [
            (
                "rating",
                {
                    "en": "How useful was the session for you?",
                    "nl": "Hoe nuttig was de bijeenkomst voor jou?",
                    "es": "¿En qué medida le ha resultado útil el encuentro?",
                    "hu": "Mennyire volt hasznos Önnek az esemény?",
                    "fi": "Kuinka hyödyllinen tilaisuus oli sinulle?",
                    "pl": "W jakim stopniu wydarzenie było dla Państwa przydatne?",
                },
                [],
            ),
            (
                "score",
                {
                    "en": "Would you recommend such a session to another region?",
                    "nl": "Zou je zo’n bijeenkomst aan een andere regio aanraden?",
                    "es": "¿Recomendaría un encuentro como este a otra región?",
                    "hu": "Ajánlana egy ilyen eseményt egy másik régiónak?",
                    "fi": "Suosittelisitko tällaista tilaisuutta toiselle alueelle?",
                    "pl": "Czy poleciliby Państwo takie wydarzenie innemu regionowi?",
                },
                [],
            ),
            (
                "choice",
                {
                    "en": "What will you do with it?",
                    "nl": "Wat ga je ermee doen?",
                    "es": "¿Qué hará con lo aprendido?",
                    "hu": "Mit kezd azzal, amit itt megtudott?",
                    "fi": "Mitä aiot tehdä oppimallasi?",
                    "pl": "Co Państwo zrobią z tą wiedzą?",
                },
                [
                    {
                        "en": "Try it in our region",
                        "nl": "In onze regio uitproberen",
                        "es": "Probarlo en nuestra región",
                        "hu": "Kipróbáljuk a régiónkban",
                        "fi": "Kokeilen sitä omalla alueellamme",
                        "pl": "Wypróbujemy to w naszym regionie",
                    },
                    {
                        "en": "Tell colleagues about it",
                        "nl": "Er collega’s over vertellen",
                        "es": "Contárselo a colegas",
                        "hu": "Beszélek róla a kollégáknak",
                        "fi": "Kerron siitä kollegoille",
                        "pl": "Opowiemy o tym współpracownikom",
                    },
                    {
                        "en": "Nothing for now",
                        "nl": "Voorlopig niets",
                        "es": "Nada por ahora",
                        "hu": "Egyelőre semmit",
                        "fi": "En toistaiseksi mitään",
                        "pl": "Na razie nic",
                    },
                ],
            ),
            (
                "short_text",
                {
                    "en": "What will you take home?",
                    "nl": "Wat neem je mee naar huis?",
                    "es": "¿Qué idea se lleva a casa?",
                    "hu": "Mit visz haza magával?",
                    "fi": "Mitä viet kotiin?",
                    "pl": "Co zabierają Państwo ze sobą do domu?",
                },
                [],
            ),
            (
                "long_text",
                {
                    "en": "What should change?",
                    "nl": "Wat moet er anders?",
                    "es": "¿Qué debería cambiar?",
                    "hu": "Min kellene változtatni?",
                    "fi": "Minkä pitäisi muuttua?",
                    "pl": "Co należałoby zmienić?",
                },
                [],
            ),
        ],
    ),
    (
        "Feedback on an ambition",
        [
            (
                "rating",
                {
                    "en": "How ambitious is it?",
                    "nl": "Hoe ambitieus is dit?",
                    "es": "¿Hasta qué punto es ambiciosa?",
                    "hu": "Mennyire ambiciózus ez a célkitűzés?",
                    "fi": "Kuinka kunnianhimoinen tavoitetila on?",
                    "pl": "Na ile śmiała jest ta ambicja?",
                },
                [],
            ),
            (
                "choice",
                {
                    "en": "Would it work in your region?",
                    "nl": "Zou dit in jouw regio werken?",
                    "es": "¿Funcionaría en su región?",
                    "hu": "Működne ez az Ön régiójában?",
                    "fi": "Toimisiko tämä sinun alueellasi?",
                    "pl": "Czy sprawdziłoby się to w Państwa regionie?",
                },
                [
                    {"en": "Yes", "nl": "Ja", "es": "Sí", "hu": "Igen", "fi": "Kyllä", "pl": "Tak"},
                    {"en": "Partly", "nl": "Deels", "es": "En parte", "hu": "Részben", "fi": "Osittain", "pl": "Częściowo"},
                    {"en": "No", "nl": "Nee", "es": "No", "hu": "Nem", "fi": "Ei", "pl": "Nie"},
                ],
            ),
            (
                "long_text",
                {
                    "en": "What should change?",
                    "nl": "Wat moet er anders?",
                    "es": "¿Qué debería cambiar?",
                    "hu": "Min kellene változtatni?",
                    "fi": "Minkä pitäisi muuttua?",
                    "pl": "Co należałoby zmienić?",
                },
                [],
            ),
            (
                "long_text",
                {
                    "en": "What could we do together?",
                    "nl": "Wat kunnen we samen doen?",
                    "es": "¿Qué podríamos hacer en común?",
                    "hu": "Mit tehetnénk közösen?",
                    "fi": "Mitä voisimme tehdä yhdessä?",
                    "pl": "Co moglibyśmy zrobić razem?",
                },
                [],
            ),
        ],
    ),
]


def ship(apps, schema_editor):
    questionnaires = apps.get_model("learning", "Questionnaire")
    questions = apps.get_model("learning", "Question")
    for title, rows in SHIPPED:
        sheet = questionnaires.objects.create(title=title, shipped=True, language="en")
        for n, (kind, texts, labels) in enumerate(rows, start=1):
            choices = [{"key": f"c{m}", "labels": words} for m, words in enumerate(labels, start=1)]
            questions.objects.create(questionnaire=sheet, position=n, key=f"q{n}", question_kind=kind, texts=texts, choices=choices)


def take_back(apps, schema_editor):
    apps.get_model("learning", "Questionnaire").objects.filter(shipped=True, title__in=[title for title, _rows in SHIPPED]).delete()


class Migration(migrations.Migration):
    dependencies = [("learning", "0002_shipped_session_kinds")]

    operations = [migrations.RunPython(ship, take_back)]
