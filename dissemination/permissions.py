"""Who may do what with findings (shared table: docs/permissions.md)."""

from typing import Any

import rules

from clusters.permissions import is_editor
from inno4sports.core.permissions import needs_person, predicate


@predicate
def may_propose(user: Any, _thing: Any) -> bool:
    return user.is_editor or bool(user.managed_ids)


@predicate
def wrote(user: Any, finding: Any) -> bool:
    """Its author, or who sent it to review: neither publishes it."""
    if finding is None:
        return False
    return any(a is not None and a.user_id == user.pk for a in (finding.created_by, finding.submitted_by))


@predicate
def manages_cited(user: Any, finding: Any) -> bool:
    return finding is not None and finding.cited_clusters.filter(pk__in=user.managed_ids).exists()


rules.add_perm("dissemination.propose_finding", may_propose)
for name in ("write_finding", "edit_finding", "take_up_finding", "submit_finding", "archive_finding", "restore_finding", "correct_finding"):
    rules.add_perm(f"dissemination.{name}", is_editor)
rules.add_perm("dissemination.publish_finding", ~wrote & (is_editor | manages_cited))
rules.add_perm("dissemination.return_finding", ~wrote & (is_editor | manages_cited))
# The second look is a person's.
needs_person("dissemination.publish_finding", "dissemination.return_finding")
