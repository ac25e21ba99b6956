"""The published facts of the data file, as rows recorded from their sources: no acts, no mail, nobody told.

`docs/demo.md` maps file to model. What is there already is left alone, so loading twice changes nothing.
"""

import datetime as dt
import json
import re
from pathlib import Path
from typing import Any

from django.conf import settings

from actionplans.models import Action, ActionCitation, ActionPlan, Ambition
from clusters.models import Cluster, Organisation, Strength, Topic
from dissemination.models import Finding, FindingCitation
from inno4sports.core.acts import acting
from inno4sports.core.citations import field_for
from inno4sports.core.models import Actor, Thing
from inno4sports.core.search import reindex
from learning.models import GoodPractice, Lesson, LessonCitation, Session, SessionKind

FILE = Path(settings.BASE_DIR, "inno4sports", "data", "inno4sports.json")
# The codes, accents and names of the regions are the portal's own (glossary, names of the regions).
REGIONS: dict[str, tuple[str, dict[str, str]]] = {
    "south-netherlands": ("SNL", {"en": "South Netherlands", "nl": "Zuid-Nederland", "es": "sur de los Países Bajos", "hu": "Hollandia déli része", "fi": "Alankomaiden eteläosa", "pl": "południe Holandii"}),
    "valencia": ("VAL", {"en": "Valencian Region", "nl": "regio Valencia", "es": "Comunitat Valenciana", "hu": "Valencia autonóm közösség", "fi": "Valencian itsehallintoalue", "pl": "Wspólnota Walencka"}),
    "hajdu-bihar": ("HAB", {"en": "Hajdú-Bihar", "hu": "Hajdú-Bihar vármegye"}),
    "lapland": ("LAP", {"en": "Lapland", "nl": "Lapland", "es": "Laponia", "hu": "Lappföld", "fi": "Lappi", "pl": "Laponia"}),
    "lodzkie": ("ŁÓD", {"en": "Łódzkie", "nl": "regio Łódź", "es": "Voivodato de Łódź", "hu": "Łódźi vajdaság", "fi": "Łódźin voivodikunta", "pl": "województwo łódzkie"}),
}  # fmt: skip
# The six settings in which people move; beside the themes of the data file.
SETTINGS: dict[str, dict[str, str]] = {
    "setting-work": {"en": "Work", "nl": "Werk", "es": "Trabajo", "hu": "Munkahely", "fi": "Työ", "pl": "Praca"},
    "setting-public-space": {"en": "Public space", "nl": "Openbare ruimte", "es": "Espacio público", "hu": "Köztér", "fi": "Julkinen tila", "pl": "Przestrzeń publiczna"},
    "setting-clubs": {"en": "Clubs", "nl": "Verenigingen", "es": "Clubes", "hu": "Egyesületek", "fi": "Seurat", "pl": "Kluby"},
    "setting-school": {"en": "School", "nl": "School", "es": "Escuela", "hu": "Iskola", "fi": "Koulu", "pl": "Szkoła"},
    "setting-home": {"en": "Home", "nl": "Thuis", "es": "Hogar", "hu": "Otthon", "fi": "Koti", "pl": "Dom"},
    "setting-tourism": {"en": "Tourism", "nl": "Toerisme", "es": "Turismo", "hu": "Turizmus", "fi": "Matkailu", "pl": "Turystyka"},
}  # fmt: skip
LOADED_AT = dt.datetime(2022, 11, 30, 12, tzinfo=dt.UTC)  # the end of the project
# By these words a finding names a region that it is about.
NAMED_BY: dict[str, tuple[str, ...]] = {
    "south-netherlands": ("South Netherlands", "Dutch", "Eindhoven", "Brabant", "Vitality Living Lab"),
    "valencia": ("Valencia", "IBV", "IVACE", "Alicante"),
    "hajdu-bihar": ("Hajdú-Bihar", "Hungarian", "Debrecen", "MSE Cluster"),
    "lapland": ("Lapland", "Rovaniemi", "Arctic Sport"),
    "lodzkie": ("Łódzkie", "Lodzkie", "Lodz", "VERDE"),
}
# What a finding is, by the first thing that was published on the same page.
KIND_BY: tuple[tuple[type[Thing], str], ...] = ((Lesson, "lesson"), (Action, "result"), (Session, "event_report"))


def moment(day: str | None) -> dt.datetime:
    """Noon of a day of the file; the end of the project where the source gives none."""
    return dt.datetime.combine(dt.date.fromisoformat(day), dt.time(12), dt.UTC) if day else LOADED_AT


def source_links(row: dict[str, Any]) -> list[str]:
    links = [row.get("source"), *row.get("sources", []), row.get("policy_instrument_source"), row.get("policy_measure_source")]
    return list(dict.fromkeys(link for link in links if link))


class Recorder:
    """Writes the rows of one loading; keeps what later rows point to."""

    def __init__(self, data: dict[str, Any]) -> None:
        self.data = data
        self.system = Actor.objects.system()
        self.topics: dict[str, Topic] = {}
        self.clusters: dict[str, Cluster] = {}
        self.practices: dict[str, GoodPractice] = {}
        self.lessons: list[Lesson] = []

    def common(self, row: dict[str, Any], at: dt.datetime) -> dict[str, Any]:
        by = {"created_by": self.system, "changed_by": self.system}
        return {"origin": Thing.Origin.RECORDED, "sources": source_links(row), "language": "en", "created_at": at, "changed_at": at, **by}

    def stamp(self, stem: str, at: dt.datetime) -> dict[str, Any]:
        return {f"{stem}_at": at, f"{stem}_by": self.system}

    def topics_of(self, row: dict[str, Any]) -> list[Topic]:
        return [self.topics[slug] for slug in row.get("topics", []) if slug in self.topics]

    def load_topics(self) -> None:
        for row in self.data["topics"]:
            self.topics[row["slug"]], _new = Topic.objects.get_or_create(
                slug=row["slug"], defaults={"labels": row["labels"], "sources": source_links(row)}
            )
        for slug, labels in SETTINGS.items():
            Topic.objects.get_or_create(slug=slug, defaults={"labels": labels, "kind": "setting"})

    def load_clusters(self) -> None:
        for position, row in enumerate(self.data["clusters"], 1):
            code, names = REGIONS[row["slug"]]
            own = next((language for language in row["languages"] if language in row["name"] and language != "en"), "en")
            cluster, new = Cluster.objects.get_or_create(
                slug=row["slug"],
                defaults={
                    **self.common(row, moment("2018-06-01")), **self.stamp("activated", moment("2018-06-01")),
                    "name": row["name"]["en"].rpartition(", ")[0] or row["name"]["en"], "own_name": row["name"].get(own, "").rpartition(", ")[0] or row["name"].get(own, ""),
                    "region_names": names, "code": code, "accent": position, "position": position, "country": row["country"],
                    "nuts_code": row["nuts"]["code"], "timezone": row["timezone"], "content_languages": row["languages"], "city": row["city"],
                    "latitude": row["latitude"], "longitude": row["longitude"], "website": row["website"], "summary": row["summary"], "status": "active",
                },
            )  # fmt: skip
            self.clusters[row["slug"]] = cluster
            if new:
                self._load_parts(cluster, row)

    def _load_parts(self, cluster: Cluster, row: dict[str, Any]) -> None:
        for part in row["strengths"]:
            Strength.objects.create(cluster=cluster, topic=self.topics[part["topic"]], text=part["text"], sources=source_links(part))
        for part in row["ambitions"]:
            at = moment("2020-12-15")
            title = first_words(part["text"])
            ambition = Ambition.objects.create(
                cluster=cluster, title=title, text="" if title == part["text"].rstrip(".") else part["text"], topic=self.topics[part["topic"]],
                status="adopted", **self.stamp("adopted", at), **self.common(part, at),
            )  # fmt: skip
            reindex(ambition)
        reindex(cluster)

    def load_organisations(self) -> None:
        present = set(Organisation.objects.values_list("slug", flat=True))
        for row in self.data["organisations"]:
            if row["slug"] in present or not row["cluster"]:
                continue
            at = moment(None)
            organisation = Organisation.objects.create(
                slug=row["slug"], cluster=self.clusters[row["cluster"]], name=row["name"], segment=row["segment"], summary=row["summary"],
                website=row.get("website", ""), city=row.get("city", ""), status="approved", **self.stamp("decided", at), **self.common(row, at),
            )  # fmt: skip
            organisation.topics.set(self.topics_of(row))
            reindex(organisation)

    def load_sessions(self) -> None:
        present = set(Session.objects.values_list("slug", flat=True))
        kinds = {kind.slug.replace("-", "_"): kind for kind in SessionKind.objects.all()}
        for row in self.data["sessions"]:
            if row["slug"] in present:
                continue
            at = moment(row["ends_on"] or row["starts_on"])
            cluster = self.clusters.get(row["host_cluster"] or "")
            times = {name: row[name] for name in ("starts_at", "ends_at") if re.fullmatch(r"\d\d:\d\d", str(row.get(name)))}
            session = Session.objects.create(
                slug=row["slug"], cluster=cluster, title=row["title"][:150], session_kind=kinds[row["kind"]], summary=row["summary"],
                place=row["city"] or "", starts_on=row["starts_on"], ends_on=row["ends_on"] or row["starts_on"], date_text=row.get("date_text", ""),
                starts_time=times.get("starts_at"), ends_time=times.get("ends_at"), audience="public", status="closed",
                timezone=row.get("timezone") or (cluster.timezone if cluster else "Europe/Brussels"),
                **self.stamp("announced", at), **self.stamp("held", at), **self.stamp("closed", at), **self.common(row, at),
            )  # fmt: skip
            session.topics.set(self.topics_of(row))
            reindex(session)

    def load_practices(self) -> None:
        present = {p.slug: p for p in GoodPractice.objects.all()}
        words = ("challenge", "what_was_done", "resources_needed", "evidence_of_success")
        for row in self.data["practices"]:
            if row["slug"] in present:
                self.practices[row["slug"]] = present[row["slug"]]
                continue
            at = moment(row.get("published_on"))
            practice = GoodPractice.objects.create(
                slug=row["slug"], cluster=self.clusters.get(row["cluster"] or ""), title=row["title"][:150], location=row.get("location") or "",
                summary=row.get("summary", ""), budget_eur=row.get("budget_eur"), starts_on=row.get("starts_on") or "", ends_on=row.get("ends_on") or "",
                transferability=row.get("transferability", ""), status="admitted", **{w: row.get(w, "") for w in words},
                **self.stamp("admitted", at), **self.common(row, at),
            )  # fmt: skip
            practice.topics.set(self.topics_of(row))
            reindex(practice)
            self.practices[row["slug"]] = practice

    def load_lessons(self) -> None:
        present = {lesson.slug: lesson for lesson in Lesson.objects.filter(origin=Thing.Origin.RECORDED)}
        for row in self.data["lessons"]:
            lesson = present.get(row["slug"])
            if lesson is None:
                at = moment("2020-12-15")
                lesson = Lesson.objects.create(
                    slug=row["slug"], cluster=self.clusters.get(row["to_cluster"] or ""), from_cluster=self.clusters.get(row["from_cluster"] or ""),
                    title=first_words(row["text"]), text=row["text"], audience="public", status="shared",
                    **self.stamp("shared", at), **self.common(row, at),
                )  # fmt: skip
                lesson.topics.set(self.topics_of(row))
                if practice := self.practices.get(row.get("practice", "")):
                    LessonCitation.objects.create(lesson=lesson, practice=practice, created_by=self.system, created_at=at)
                reindex(lesson)
            self.lessons.append(lesson)

    def load_plans(self) -> None:
        present = set(ActionPlan.objects.values_list("slug", flat=True))
        for row in self.data["action_plans"]:
            if row["slug"] in present:
                continue
            at = moment("2021-01-31")
            plan = ActionPlan.objects.create(
                slug=row["slug"], cluster=self.clusters[row["cluster"]], title=row["title"], policy_instrument=row["policy_instrument"][:300],
                policy_measure=row.get("policy_measure", "")[:300], context=text_of(row.get("context")), challenges=text_of(row.get("challenges")),
                needs=text_of(row.get("needs")), status_note=row["status"][:300], status="implementing",
                **self.stamp("started", at), **self.common(row, at),
            )  # fmt: skip
            for number, action in enumerate(row["actions"], 1):
                self._load_action(plan, number, action, at)
            reindex(plan)

    def _load_action(self, plan: ActionPlan, number: int, row: dict[str, Any], at: dt.datetime) -> None:
        action = Action.objects.create(
            plan=plan, number=number, title=row["title"][:150], background=row["background"], description=text_of(row.get("activities")),
            players=[{"name": name, "role": ""} for name in row["players"]], timeframe=row.get("timeframe", ""), funding=text_of(row.get("funding")),
            **self.common(row, at),
        )  # fmt: skip
        for giver in row.get("lesson_from") or []:
            if lesson := self._lesson_behind(plan, giver, f"{row['title']} {row['background']}"):
                ActionCitation.objects.create(action=action, lesson=lesson, created_by=self.system, created_at=at)

    def _lesson_behind(self, plan: ActionPlan, giver: str, text: str) -> Lesson | None:
        """The file names the region an action learned from: of the lessons of these two regions, the one that shares most words."""
        fitting = [x for x in self.lessons if x.cluster_id == plan.cluster_id and x.from_cluster and x.from_cluster.slug == giver]
        return max(fitting, key=lambda lesson: len(words_of(lesson.text) & words_of(text)), default=None)

    def load_findings(self) -> None:
        present = set(Finding.objects.values_list("slug", flat=True))
        missing = [row for row in self.data["findings"] if row["slug"] not in present]
        pages = recorded_pages() if missing else {}
        for row in missing:
            at = moment(row["published_on"])
            same_page = pages.get(row["source"], [])
            finding = Finding.objects.create(
                slug=row["slug"], title=row["title"][:200], summary=row["summary"], publication_url=row["url"] or "", finding_kind=kind_of(same_page),
                published_on=row["published_on"], date_text=row.get("date_text", ""), status="published",
                **self.stamp("published", at), **self.common(row, at),
            )  # fmt: skip
            finding.topics.set(self.topics_of(row))
            for thing in same_page:
                FindingCitation.objects.create(finding=finding, created_by=self.system, created_at=at, **{field_for(FindingCitation, thing): thing})
            finding.cited_clusters.set(self._clusters_about(row, same_page))
            reindex(finding)

    def _clusters_about(self, row: dict[str, Any], cited: list[Thing]) -> list[Cluster]:
        """The regions that a finding names, and those of what it cites."""
        text = f"{row['title']} {row['summary']}"
        named = {slug for slug, words in NAMED_BY.items() if any(word in text for word in words)}
        ids = {thing.cluster_id for thing in cited}  # type: ignore[attr-defined]  # what is cited has a cluster
        return [c for slug, c in self.clusters.items() if slug in named or c.pk in ids]


def recorded_pages() -> dict[str, list[Thing]]:
    """Address of a page -> what was recorded from it and a finding may cite."""
    pages: dict[str, list[Thing]] = {}
    for model in (Lesson, GoodPractice, Action, Session):
        for thing in model.objects.filter(origin=Thing.Origin.RECORDED):
            for link in thing.sources:
                pages.setdefault(link, []).append(thing)
    return pages


def kind_of(cited: list[Thing]) -> str:
    """What a finding is, by what was published on its page; else a publication."""
    return next((kind for model, kind in KIND_BY if any(isinstance(thing, model) for thing in cited)), "publication")


def words_of(text: str) -> set[str]:
    """The words of a text that say something: five letters and more."""
    return set(re.findall(r"\w{5,}", text.lower()))


def first_words(text: str) -> str:
    """The first sentence; of one that is too long for a title the first clause, else as many words as fit."""
    sentence = re.split(r"(?<=[.!?])\s", text, maxsplit=1)[0].rstrip(".")
    if len(sentence) <= 150:
        return sentence
    cuts = [sentence.rfind(mark, 50, 150) for mark in (";", ":", ",")]
    cut = next((at for at in cuts if at > 0), 0)
    return sentence[:cut] if cut else sentence[:148].rpartition(" ")[0] + "…"


def text_of(value: Any) -> str:
    """Text, or a list of points as a Markdown list."""
    return "\n".join(f"- {point}" for point in value) if isinstance(value, list) else str(value or "")


@acting()
def load_recorded() -> None:
    """Load all of the file, lower things first."""
    recorder = Recorder(json.loads(FILE.read_text()))
    recorder.load_topics()
    recorder.load_clusters()
    recorder.load_organisations()
    recorder.load_sessions()
    recorder.load_practices()
    recorder.load_lessons()
    recorder.load_plans()
    recorder.load_findings()
