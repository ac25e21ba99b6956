"""The examples of bodies are what they are examples of: whoever sends one as it stands is not refused for it."""

import copy

import pytest
from django import forms
from jsonschema import Draft202012Validator, FormatChecker

from inno4sports.core.api.addresses import all_resources
from inno4sports.core.api.description import description
from inno4sports.core.api.told import form_schema
from inno4sports.core.api.writing import as_typed, for_widgets, plain_choices
from inno4sports.core.citations import CitationField
from tests.api.calls import V1, send

pytestmark = pytest.mark.django_db


def body_forms():
    """Every form that reads a body, under the resource that it belongs to."""
    for name, resource in all_resources().items():
        taken = {resource.form, resource.create_form, resource.proposal_form, *(act.form for act in resource.acts)} - {None}
        for form in sorted(taken, key=lambda form: form.__name__):
            yield pytest.param(form, id=f"{name}-{form.__name__}")


def test_examples_have_the_types_that_are_told():
    wrong = []
    for path, methods in description()["paths"].items():
        for method, operation in methods.items():
            for content in operation.get("requestBody", {}).get("content", {}).values():
                schema = {**content["schema"], "components": description()["components"]}
                for one in (content.get("example"), *(part.get("example") for part in schema.get("oneOf", []))):
                    faults = Draft202012Validator(schema, format_checker=FormatChecker()).iter_errors(one) if one is not None else ()
                    wrong += [(method, path, fault.message[:200]) for fault in faults]
    assert wrong == []


@pytest.mark.parametrize("form", body_forms())
def test_examples_are_taken_field_by_field(form):
    """As far as the fields alone know: what must be there is another question."""
    example = form_schema(form).get("example", {})
    blank = forms.Form()
    blank.fields = copy.deepcopy(form.base_fields)
    assert as_typed(blank, {n: v for n, v in example.items() if n != "upload"}) == []
    missing = {name for name, box in form.base_fields.items() if box.required and name != "cluster"} - set(example)
    assert missing == set()
    for name, value in for_widgets(blank, example).items():
        box = blank.fields[name]
        chosen_of_what_is_there = isinstance(box, forms.ChoiceField | CitationField) and not plain_choices(box)
        if not chosen_of_what_is_there and not hasattr(box, "formset") and not isinstance(box, forms.FileField):
            box.clean(value)


@pytest.mark.parametrize("name", ["lessons", "practices", "action-plans", "ambitions", "findings", "invitations", "organisations", "questionnaires"])
def test_example_sent_as_it_stands_makes_a_thing(client, people, name):
    client.force_login(people.edda if name == "findings" else people.ben)
    (content,) = description()["paths"][f"{V1}/{name}/"]["post"]["requestBody"]["content"].values()
    answer = send(client, "post", f"{V1}/{name}/", content["example"])
    assert answer.status_code == 201, answer.content
