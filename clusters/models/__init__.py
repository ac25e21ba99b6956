"""Who is there: people, regions with their clusters, member organisations, topics, and what each is strong in or wants to learn."""

from .cluster import Cluster, ClusterQuerySet, ContextFigure, ContextFigureLevel, LearningNeed, Strength, bib_of
from .member import (
    Invitation,
    InvitationQuerySet,
    Membership,
    MembershipQuerySet,
    MembershipRole,
    Organisation,
    OrganisationQuerySet,
    OrganisationSegment,
    User,
    UserManager,
    UserRhythm,
    UserTheme,
    in_network,
    read_memberships,
    reader_of_the_network,
)
from .program import Program, ProgramQuerySet, ProgramRole
from .token import SCOPES, PersonalToken, PersonalTokenQuerySet, scope_words
from .topic import Topic, TopicKind, known_zone, worded
from .webhook import Webhook, WebhookDelivery, WebhookDeliveryStatus, WebhookQuerySet

__all__ = [
    "SCOPES",
    "Cluster",
    "ClusterQuerySet",
    "ContextFigure",
    "ContextFigureLevel",
    "Invitation",
    "InvitationQuerySet",
    "LearningNeed",
    "Membership",
    "MembershipQuerySet",
    "MembershipRole",
    "Organisation",
    "OrganisationQuerySet",
    "OrganisationSegment",
    "PersonalToken",
    "PersonalTokenQuerySet",
    "Program",
    "ProgramQuerySet",
    "ProgramRole",
    "Strength",
    "Topic",
    "TopicKind",
    "User",
    "UserManager",
    "UserRhythm",
    "UserTheme",
    "Webhook",
    "WebhookDelivery",
    "WebhookDeliveryStatus",
    "WebhookQuerySet",
    "bib_of",
    "in_network",
    "known_zone",
    "read_memberships",
    "reader_of_the_network",
    "scope_words",
    "worded",
]
