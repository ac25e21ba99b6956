"""Who may do what with ambitions, plans, reports and results (shared table: docs/permissions.md)."""

from typing import Any

import rules

from clusters.permissions import manages_owner
from inno4sports.core.permissions import predicate


def action_of(thing: Any) -> Any:
    """The action that `thing` is or belongs to."""
    return getattr(thing, "action", thing)


@predicate
def owns_action(user: Any, thing: Any) -> bool:
    action = action_of(thing)
    return action is not None and getattr(action, "owner_id", None) == user.pk


for name in (
    "write_ambition",
    "edit_ambition",
    "open_ambition",
    "mark_point",
    "remove_point",
    "answer_point",
    "adopt_ambition",
    "realise_ambition",
    "drop_ambition",
    "write_plan",
    "edit_plan",
    "write_action",
    "remove_action",
    "decide_plan",
    "reopen_plan",
    "record_endorsement",
    "start_plan",
    "complete_plan",
    "withdraw_plan",
):
    rules.add_perm(f"actionplans.{name}", manages_owner)
for name in ("edit_action", "report_progress", "reach_milestone", "draft_result", "edit_result", "publish_result"):
    rules.add_perm(f"actionplans.{name}", manages_owner | owns_action)
