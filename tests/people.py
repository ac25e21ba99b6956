"""Ana, Ben, Carla, Dora, Lena, Edda, Emil, Ari: the same people in every test; every screen asks: may each of them?"""

from types import SimpleNamespace

import pytest

from inno4sports.core import clock
from tests import factories as make


@pytest.fixture
def people(db):
    """Two regions and everybody: `people.ben` manages `people.north`, where Ana is partner; Carla manages `people.south`, where Dora is."""
    return everybody()


def everybody():
    north = make.cluster("north", code="NOR", region_names={"en": "North"})
    south = make.cluster("south", code="SOU", region_names={"en": "South"}, country="ES")
    club = make.organisation(north, name="Ski Club")
    lab = make.organisation(south, name="Beach Lab")
    p = SimpleNamespace(north=north, south=south, club=club, lab=lab)
    p.ana = make.user("ana@north.example", "Ana")
    p.ben = make.user("ben@north.example", "Ben")
    p.carla = make.user("carla@south.example", "Carla", language="es")
    p.dora = make.user("dora@south.example", "Dora", language="es")
    p.lena = make.user("lena@lead.example", "Lena", coordinator_at=clock.now())
    p.edda = make.user("edda@epsi.example", "Edda", editor_at=clock.now())
    p.emil = make.user("emil@epsi.example", "Emil", editor_at=clock.now())
    p.ari = make.user("ari@portal.example", "Ari", is_staff=True)
    p.stranger = make.user("stranger@example.org", "Stranger")
    make.member(north, p.ana, "partner", club)
    make.member(north, p.ben, "manager")
    make.member(south, p.carla, "manager")
    make.member(south, p.dora, "partner", lab)
    east = make.cluster("east", code="EAS", region_names={"en": "East"}, country="PL")
    p.east = east
    make.member(east, p.lena, "manager")
    for name in ("ana", "ben", "carla", "dora", "lena", "edda", "emil", "ari"):
        setattr(p, f"{name}_acts", make.actor(getattr(p, name)))
    return p
