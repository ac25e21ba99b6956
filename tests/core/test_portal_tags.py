"""The words that templates speak: what each tag writes, and that none of them asks the database."""

import datetime as dt
from types import SimpleNamespace

import pytest
from django import forms
from django.core.paginator import Paginator
from django.template import engines
from django.test import RequestFactory
from django.utils import timezone, translation

from inno4sports.core.forms import DayInput, MomentInput, PortalForm
from inno4sports.core.lifecycle import OpenStep

NORTH = SimpleNamespace(code="NOR", accent=4, region_name="North")
SOUTH = SimpleNamespace(code="SÚD", accent=11, region_name="South <b>")


def rendered(source, address="/list/", **context):
    """What the template writes; without a database any query fails."""
    return engines["django"].from_string(source).render(context, RequestFactory().get(address)).strip()


class Answers(PortalForm):
    title = forms.CharField(label="Title", max_length=80, help_text="In one line")
    text = forms.CharField(label="Text", max_length=500, required=False, widget=forms.Textarea)
    level = forms.ChoiceField(label="Level", choices=[("a", "One"), ("b", "Two")], widget=forms.RadioSelect)
    score = forms.ChoiceField(label="Score", choices=[(str(n), str(n)) for n in range(11)], widget=forms.RadioSelect(attrs={"data-scale": "11"}))
    topics = forms.MultipleChoiceField(
        label="Topics", choices=[(str(n), f"T{n}") for n in range(9)], required=False, widget=forms.CheckboxSelectMultiple
    )
    name_ok = forms.BooleanField(label="With my name", required=False)
    on = forms.DateField(label="On", required=False, widget=DayInput)
    at = forms.DateTimeField(label="At", required=False, widget=MomentInput)
    proof = forms.FileField(label="Proof", required=False)
    code = forms.CharField(label="Code", required=False, widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "placeholder": "Code"}))


def shown(name, data=None, **context):
    return rendered("{% field form." + name + " %}", form=Answers(data), **context)


# People, places, state ----------------------------------------------------------------------------------------------------


def test_bib_says_the_region_in_words_too():
    html = rendered("{% bib c %}", c=NORTH)
    assert 'data-accent="4"' in html
    assert '<span aria-hidden="true">NOR</span><span class="hidden">North</span>' in html


def test_bib_beside_the_name_is_hidden_from_screen_readers():
    assert rendered("{% bib c False %}", c=NORTH) == '<span class="bib" data-accent="4" aria-hidden="true">NOR</span>'


def test_bib_accents_begin_again_after_ten_and_names_are_escaped():
    html = rendered("{% bib c %}", c=SOUTH)
    assert 'data-accent="1"' in html
    assert "South &lt;b&gt;" in html


def test_bib_of_nobody_is_nothing():
    assert rendered("{% bib c %}", c=None) == ""


def test_from_to_reads_in_order_and_names_the_network():
    html = rendered("{% from_to a b %}", a=NORTH, b=None)
    assert html.index("NOR") < html.index('aria-label="to"') < html.index("network")


def test_pill_and_demo_mark():
    thing = SimpleNamespace(get_status_display=lambda: "In force", status_tone="good", is_demo=True)
    assert rendered("{% pill t %}", t=thing) == '<span class="pill pill--good">In force</span>'
    assert "demo" in rendered("{% demo_mark t %}", t=thing)
    thing.is_demo = thing.status_tone = ""
    assert rendered("{% pill t %}{% demo_mark t %}", t=thing) == '<span class="pill">In force</span>'


@pytest.mark.parametrize("name", ["feedback", "lesson", "ambition", "action", "result", "finding"])
@pytest.mark.parametrize("state", ["", "none", "closed", "here"])
def test_stage_is_a_mark_and_a_word(name, state):
    html = rendered("{% stage name state %}", name=name, state=state)
    assert name.capitalize() in html
    assert 'class="mark' in html
    assert not state or f"mark--{state}" in html


def test_stage_beside_the_thread_is_a_word_alone():
    assert rendered("{% stage 'session' %}") == "<span>Session</span>"


def test_course_names_what_is_here_missing_and_closed():
    states = ["closed", "", "here", "none", "none", "none"]
    stages = ["feedback", "lesson", "ambition", "action", "result", "finding"]
    html = rendered("{% course legs %}", legs=[{"stage": a, "state": b} for a, b in zip(stages, states, strict=True)])
    assert html.count("<li") == 6
    assert html.count('aria-current="step"') == 1
    assert 'Feedback<span class="hidden">, seen by the network' in html
    assert 'Finding<span class="hidden">, none recorded here yet' in html


# Text, days, numbers ------------------------------------------------------------------------------------------------------


def test_markdown_is_safe_and_says_its_language():
    html = rendered("{% markdown text 'fi' %}", text="# Talvi\n\n<script>x</script> [a](javascript:x)")
    assert html.startswith('<div lang="fi">')
    assert "<h2>Talvi</h2>" in html
    assert "<script" not in html
    assert 'href="javascript' not in html


def test_user_text_is_wrapped_only_in_another_language():
    assert rendered("{% user_text t 'en' %}", t="<i>") == "&lt;i&gt;"
    assert rendered("{% user_text t 'hu' %}", t="Tél") == '<span lang="hu">Tél</span>'
    assert rendered("{% user_text t '' %}", t="x") == "x"


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "18 January 2022"),
        ("hu", "2022. január 18."),
        ("fi", "18. tammikuuta 2022"),
        ("pl", "18 stycznia 2022"),
        ("nl", "18 januari 2022"),
        ("es", "18 de enero de 2022"),
    ],
)
def test_day_in_the_readers_language(language, words):
    with translation.override(language):
        html = rendered("{% day d %}", d=dt.date(2022, 1, 18))
    assert html == f'<time datetime="2022-01-18">{words}</time>'.replace(words, words.replace(" ", "\u00a0"))


def test_days_and_missing_days():
    one, two = dt.date(2022, 1, 18), dt.date(2022, 1, 20)
    assert rendered("{% days a b %}", a=one, b=two).count("<time") == 2
    assert rendered("{% days a b %}", a=one, b=one).count("<time") == 1
    assert rendered("{% days a b 'spring 2021' %}", a=None, b=None) == "spring 2021"
    assert rendered("{% days a b %}", a=None, b=None) == "date not stated"


def test_when_says_its_place():
    moment = dt.datetime(2022, 1, 31, 21, 59, tzinfo=dt.UTC)
    with timezone.override("Europe/Warsaw"):
        assert "31 January 2022, 22:59 (Warsaw)" in rendered("{% when t %}", t=moment).replace("\u00a0", " ")


def test_country_in_the_readers_language():
    with translation.override("hu"):
        assert rendered("{% country 'FI' %}") == "Finnország"
    assert rendered("{% country 'XX' %}") == "XX"


def test_sources_are_links_with_their_host():
    thing = SimpleNamespace(sources=["https://www.example.org/a?b=1&c=2"])
    html = rendered("{% sources t %}", t=thing)
    assert "Source: " in html
    assert ">example.org</a>" in html
    assert rendered("{% sources t %}", t=SimpleNamespace(sources=[])) == ""


# Forms --------------------------------------------------------------------------------------------------------------------


def test_field_of_text_has_label_hint_control_in_this_order():
    html = shown("title")
    assert html.index("<label") < html.index('class="hint"') < html.index("<input")
    assert 'aria-describedby="id_title_hint"' in html
    assert "(optional)" not in html


def test_field_with_an_error_puts_it_before_the_control():
    html = shown("title", {"title": ""})
    assert html.index('class="error"') < html.index("<input")
    assert 'aria-invalid="true"' in html
    assert 'aria-describedby="id_title_hint id_title_error"' in html
    assert "field--bad" in html


def test_field_of_a_textarea_counts_and_never_cuts():
    html = shown("text")
    assert 'data-counter="500"' in html
    assert "maxlength" not in html
    assert 'data-counter-for="id_text"' in html
    assert "(optional)" in html


@pytest.mark.parametrize(("name", "count", "kind"), [("level", 2, "choices"), ("score", 11, "scale--11"), ("topics", 9, "choices--row")])
def test_field_of_choices_is_a_group_with_a_legend(name, count, kind):
    html = shown(name)
    assert f'<fieldset class="field" id="id_{name}"' in html
    assert html.count("<label") == count
    assert kind in html


def test_field_of_one_tick_has_one_label():
    html = shown("name_ok")
    assert html.count("<label") == 1
    assert "With my name" in html


@pytest.mark.parametrize(("name", "kind"), [("on", "date"), ("at", "datetime-local"), ("proof", "file")])
def test_field_of_other_kinds(name, kind):
    html = shown(name)
    assert f'type="{kind}"' in html
    assert 'class="input"' in html


def test_field_of_a_code_is_wide_and_has_no_placeholder():
    html = shown("code")
    assert 'class="input input--code"' in html
    assert "placeholder" not in html


def test_field_says_who_reads_it():
    assert "the network" in rendered("{% field form.title 'network' %}", form=Answers())


def test_form_errors_link_to_the_fields_and_take_the_focus():
    form = Answers({})
    form.add_error(None, "Nothing is answered yet.")
    html = rendered("{% form_errors form %}", form=form)
    assert "data-focus" in html
    assert 'href="#id_title"' in html
    assert 'href="#id_level"' in html
    assert "Nothing is answered yet." in html
    assert "4 things stop this" in html


def test_form_errors_of_a_good_form_are_nothing():
    assert rendered("{% form_errors form %}", form=Answers()) == ""


def test_once_is_another_key_each_time():
    assert rendered("{% once %}") != rendered("{% once %}")
    assert rendered("{% version t %}", t=SimpleNamespace(version=7)) == '<input type="hidden" name="version" value="7">'


STEPS = [
    OpenStep("share", "Share the lesson", "/share/", primary=True),
    OpenStep("decide", "Decide", "/decide/", form=True),
    OpenStep("withdraw", "Withdraw", "/withdraw/", danger=True, confirm="It stays readable."),
    OpenStep("freeze", "Freeze", "/freeze/", open=False, reason="Two remarks are not decided yet."),
]


def test_steps_are_forms_links_questions_or_closed_with_a_reason():
    html = rendered("{% steps steps thing %}", steps=STEPS, thing=SimpleNamespace(version=3))
    assert html.count('<form method="post"') == 2
    assert html.count('name="once"') == html.count('name="version"') == html.count("csrfmiddlewaretoken") == 2
    assert '<a class="btn btn--line" href="/decide/">' in html
    assert "It stays readable." in html
    assert 'aria-disabled="true" aria-describedby="why-freeze"' in html
    assert 'id="why-freeze">Two remarks' in html
    assert rendered("{% steps steps %}", steps=[]) == ""


# Lists --------------------------------------------------------------------------------------------------------------------


def test_pager_keeps_the_filters():
    page = Paginator(list(range(50)), 20).page(2)
    html = rendered("{% pager page %}", "/list/?q=sn%C3%B8&page=2", page=page)
    assert 'rel="prev" href="?q=sn%C3%B8&amp;page=1"' in html
    assert 'rel="next" href="?q=sn%C3%B8&amp;page=3"' in html
    assert rendered("{% pager page %}", page=Paginator([1], 20).page(1)) == ""


def test_filter_bar_sends_only_its_own_fields():
    class Filters(PortalForm):
        q = forms.CharField(label="Words", required=False)

    html = rendered("{% filter_bar form %}", "/list/?page=3&old=1", form=Filters({"q": "snow"}))
    assert 'method="get" action="/list/"' in html
    assert "page=3" not in html
    assert 'value="snow"' in html


def test_bar_chart_tells_the_same_as_a_table_with_points_in_every_language():
    with translation.override("hu"):
        html = rendered("{% bar_chart rows 'Answers' %}", rows=[("yes", 2), ("no", 3)])
    assert html.count("<rect") == 2
    assert html.count('scope="row"') == 2
    assert 'width="200.0"' in html, "SVG knows no decimal comma"


def test_empty_state_has_a_way_on():
    assert '<a href="/new/">Write one</a>' in rendered("{% empty_state 'None' 'It begins so.' '/new/' 'Write one' %}")


def test_history_reads_when_who_what():
    event = SimpleNamespace(at=dt.datetime(2022, 1, 18, 9, tzinfo=dt.UTC), actor="Ana", verb_label="shared it", note="")
    html = rendered("{% history events %}", events=[event])
    assert "<strong>Ana</strong> shared it" in html
    assert rendered("{% history events %}", events=[]) == ""
