"""What was said to one request, as JSON: never more than the page tells the same reader."""

from typing import Any

from ..domain.summary import Said, Share, Summary

TEXT, COUNT = {"type": "string"}, {"type": "integer"}
SHARES = {"type": "array", "items": {"type": "object", "properties": {"key": TEXT, "label": TEXT, "count": COUNT, "percent": COUNT}}}
OPTIONAL = {"type": ["string", "null"]}
SAID = {
    "key": TEXT, "kind": TEXT, "question": TEXT, "n": COUNT, "mean": {"type": ["number", "null"]}, "shares": SHARES,
    "texts": {"type": "array", "items": {"type": "object", "properties": {
        "text": TEXT, "language": TEXT, "name": TEXT, "released": {"type": "boolean"}, "answer": OPTIONAL}}},
    "withheld": {"type": "boolean"},
}  # fmt: skip
POINT = {"said": TEXT, "answer": TEXT, "text": TEXT, "due_on": OPTIONAL}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "request": TEXT, "full": {"type": "boolean"}, "invited": COUNT, "answered": COUNT, "rate": COUNT,
        "questions": {"type": "array", "items": {"type": "object", "properties": SAID}}, "clusters": SHARES,
        "reply": {"type": "array", "items": {"type": "object", "properties": POINT}},
    },
}  # fmt: skip


def told(summary: Summary) -> dict[str, Any]:
    asked = summary.request
    replied = asked.reply_points.all() if asked.replied_at else ()
    return {
        "request": asked.slug,
        "full": summary.full,
        "invited": summary.invited,
        "answered": summary.answered,
        "rate": summary.rate,
        "questions": [of_question(said, full=summary.full) for said in summary.questions],
        "clusters": [of_share(share) for share in summary.clusters],
        "reply": [of_point(point) for point in replied],
    }


def of_question(said: Said, *, full: bool) -> dict[str, Any]:
    """`withheld`: too few answered for this reader. Whose answer a text is from is told to the hosts alone."""
    texts = [
        {"text": t.text, "language": t.language, "name": t.name, "released": t.released, "answer": t.feedback.public_id if full else None}
        for t in said.texts
    ]  # fmt: skip
    return {
        "key": said.question.key,
        "kind": said.question.question_kind,
        "question": str(said.question),
        "n": said.n,
        "mean": said.mean,
        "shares": [of_share(share) for share in said.shares],
        "texts": texts,
        "withheld": said.withheld,
    }


def of_share(share: Share) -> dict[str, Any]:
    return {"key": share.key, "label": str(share.label), "count": share.count, "percent": share.percent}


def of_point(point: Any) -> dict[str, Any]:
    return {"said": point.said, "answer": point.answer, "text": point.text, "due_on": point.due_on}
