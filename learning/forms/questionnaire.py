"""Building a questionnaire: rows of questions with their texts in each language; more rows come without a script."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from clusters.forms.choices import languages as language_names
from clusters.models import Cluster
from inno4sports.core.forms import PortalForm

from ..domain.questionnaire import QuestionDraft
from ..models import Question, Questionnaire

MORE_ROWS = 3
MOST_QUESTIONS = 30


def languages_for(cluster: Cluster | None) -> list[str]:
    """What a question must be written in: English and the host's own language, if the portal speaks it."""
    own = [code for code in (cluster.content_languages if cluster else []) if code in dict(settings.LANGUAGES)]
    return list(dict.fromkeys(["en", *own[:1]]))


class QuestionnaireForm(PortalForm):
    """Title and owner. `hosts` are the clusters the person may build for, None among them for EPSI."""

    cluster = forms.ChoiceField(label=_("For whom"), required=False)
    title = forms.CharField(label=_("Title"), max_length=150)

    def __init__(self, data: Any = None, *, hosts: list[Cluster | None], initial: dict[str, Any] | None = None) -> None:
        self._hosts = {host.slug if host else "": host for host in hosts}
        super().__init__(data, initial=initial)
        self.fields["cluster"].choices = [(key, str(host) if host else "EPSI") for key, host in self._hosts.items()]
        if len(hosts) == 1:
            self.settle("cluster", next(iter(self._hosts)))

    @property
    def host(self) -> Cluster | None:
        """The cluster it is for, also while the form is not valid; None is EPSI."""
        return self._hosts.get(str(self.data.get("cluster", "")), next(iter(self._hosts.values())))


class QuestionForm(PortalForm):
    """One question. Choices stand one a line, in the same order in every language. A row without text is no question."""

    question_kind = forms.ChoiceField(label=_("Kind"), choices=Question.Kind, initial=Question.Kind.RATING)
    required = forms.BooleanField(label=_("Must be answered"), required=False)

    def __init__(self, *args: Any, languages: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.languages = languages
        self.names = dict(language_names())
        for code, _own in settings.LANGUAGES:
            name = self.names[code]
            self.fields[f"text_{code}"] = forms.CharField(label=_("Question"), help_text=name, max_length=300, required=False)
            self.fields[f"text_{code}"].one_of = code in languages  # a row that is used needs it: it is not called optional
            self.fields[f"choices_{code}"] = forms.CharField(
                label=_("Choices, one a line"), help_text=name, max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3})
            )

    @property
    def needed(self) -> list[tuple[str, Any, Any]]:
        return [(c, self[f"text_{c}"], self[f"choices_{c}"]) for c in self.languages]

    @property
    def others(self) -> list[tuple[str, Any, Any]]:
        return [(c, self[f"text_{c}"], self[f"choices_{c}"]) for c, _name in settings.LANGUAGES if c not in self.languages]

    @property
    def others_open(self) -> bool:
        """Another language holds words or an error, so it is in sight."""
        return any(bound.value() or bound.errors for _code, *fields in self.others for bound in fields)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        texts = {c: data.get(f"text_{c}", "") for c, _name in settings.LANGUAGES}
        if not any(texts.values()):
            return data
        for code in self.languages:
            if not texts[code]:
                self.add_error(f"text_{code}", _("The question is missing in %(language)s.") % {"language": self.names[code]})
        kind = data.get("question_kind")
        if data.get("required") and kind in (Question.Kind.SHORT_TEXT, Question.Kind.LONG_TEXT):
            self.add_error("required", _("A text stays optional, so that people can answer on their way. Untick this."))
        if kind == Question.Kind.CHOICE:
            self._check_choices(texts)
        return data

    def _check_choices(self, texts: dict[str, str]) -> None:
        wanted = len(self.lines("en"))
        if wanted < 2:
            self.add_error("choices_en", _("Write at least two choices, one a line."))
        for code, text in texts.items():
            if text and code != "en" and len(self.lines(code)) != wanted:
                self.add_error(f"choices_{code}", _("English has %(n)s choices. Write as many here, in the same order.") % {"n": wanted})

    def lines(self, code: str) -> list[str]:
        text: str = self.cleaned_data.get(f"choices_{code}", "")
        return [line.strip() for line in text.splitlines() if line.strip()]

    @property
    def draft(self) -> QuestionDraft | None:
        """The question as typed; None for a row left empty."""
        texts = {c: text for c, _name in settings.LANGUAGES if (text := self.cleaned_data.get(f"text_{c}"))}
        if not texts:
            return None
        kind, choices = self.cleaned_data["question_kind"], []
        if kind == Question.Kind.CHOICE:
            by_language = {code: self.lines(code) for code in texts}
            choices = [{code: lines[n] for code, lines in by_language.items()} for n in range(len(by_language["en"]))]
        return QuestionDraft(kind=kind, texts=texts, required=self.cleaned_data["required"], choices=choices)


class _Questions(forms.BaseFormSet):
    def clean(self) -> None:
        if not any(self.errors) and not self.drafts:
            raise forms.ValidationError(_("There is no question yet. Write at least one."))

    @property
    def drafts(self) -> list[QuestionDraft]:
        """The questions in the order of the page."""
        drafts = [f.draft for f in self.forms if getattr(f, "cleaned_data", None)]
        return [draft for draft in drafts if draft is not None]


Questions = forms.formset_factory(
    QuestionForm, formset=_Questions, extra=MORE_ROWS, max_num=MOST_QUESTIONS, absolute_max=MOST_QUESTIONS, validate_max=True
)


def rows_of(questionnaire: Questionnaire | None) -> list[dict[str, Any]]:
    """The stored questions as rows of the form."""
    rows = []
    for q in questionnaire.questions.all() if questionnaire else []:
        row = {"question_kind": q.question_kind, "required": q.required}
        row |= {f"text_{code}": text for code, text in q.texts.items()}
        for code in q.texts:
            row[f"choices_{code}"] = "\n".join(c["labels"].get(code, "") for c in q.choices)
        rows.append(row)
    return rows
