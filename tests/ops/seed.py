"""What a busy day begins with, made by the acts: run by a process of the portal, prints the links and addresses as JSON."""

import json
import sys
from types import SimpleNamespace

import django


def seed(people: int) -> dict[str, list[str]]:
    from allauth.account.models import EmailAddress

    from inno4sports.core.history import record
    from inno4sports.core.notify import notify
    from tests import factories as make
    from tests.learning import asking

    north = make.cluster("north", code="NOR", region_names={"en": "North"})
    managers = [make.user(f"manager{n}@north.example", f"Manager {n}", digest_hour=0) for n in range(4)]
    for manager in managers:
        make.member(north, manager, "manager")
        EmailAddress.objects.create(user=manager, email=manager.email, verified=True, primary=True)
    ben = make.actor(managers[0])
    world = SimpleNamespace(north=north, ben_acts=ben)
    make.topic("winter")
    guests = [f"guest{n}@example.org" for n in range(people)]
    asked = asking.opened(world, *guests)
    waiting = [make.organisation(north, status="pending", contact_email=f"contact{n}@example.org", contact_name="C") for n in range(people)]
    notify(record(north, "edit_cluster", by=ben), managers[1:], "cluster_activated")
    return {
        "managers": [manager.email for manager in managers],
        "invitations": [f"/feedback/{asking.token(asking.invitation(asked, email))}/" for email in guests],
        "pages": [str(asking.invitation(asked, email).public_id) for email in guests],
        "guests": guests,
        "organisations": [organisation.slug for organisation in waiting],
    }


if __name__ == "__main__":
    django.setup()
    print(json.dumps(seed(int(sys.argv[1]))))
