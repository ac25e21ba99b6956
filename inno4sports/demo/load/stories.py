"""What the generated items say: three threads between regions, grounded in the data set, with answers in the regions' languages."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Story:
    """One thread: `host` holds a session and asks for feedback, `learner` takes it on to a result, EPSI tells it."""

    host: str
    learner: str
    days_ago: int
    session_title: str
    session_summary: str
    place: str
    practice: str
    lesson_title: str
    lesson_text: str
    lesson_change: str
    second_title: str
    second_text: str
    ambition_title: str
    ambition_text: str
    plan_title: str
    instrument: str
    action_title: str
    action_background: str
    action_text: str
    players: tuple[tuple[str, str], ...]
    milestone: str
    indicator: str
    report: str
    result_title: str
    result_value: str
    finding_title: str
    finding_summary: str
    finding_text: str
    topic: str


STORIES = (
    Story(
        host="lapland", learner="south-netherlands", days_ago=420,
        session_title="Walking the smart three bridges route",
        session_summary="Guests walk the route in Rovaniemi with those who keep it, try the counters and the app, and ask what it costs to run.",
        place="Rovaniemi", practice="pyha-luosto-trails",
        lesson_title="A route is used when people help to choose its signs",
        lesson_text="Residents chose the stops and the signs of the route before any technology was bought. The counters only show what they had said: short loops are used most.",
        lesson_change="We ask residents first and buy counters afterwards, in Eindhoven and in one village.",
        second_title="Winter upkeep decides whether a route is a route",
        second_text="Upkeep in the dark months takes half of the yearly costs. Without it the use falls to a tenth. We had planned for summer alone.",
        ambition_title="A signposted exercise loop within ten minutes of every home in two districts",
        ambition_text="Most residents of the two districts move too little and say that they do not know where to begin. A loop that starts at the door, chosen with them, lowers the step.",
        plan_title="Exercise loops plan South Netherlands", instrument="ERDF programme South Netherlands 2021-2027",
        action_title="Two loops chosen with residents",
        action_background="In Rovaniemi residents chose the stops before technology was bought, and short loops are used most.",
        action_text="- Walks with residents of both districts\n- Signs and lights on two loops\n- Counting before and after",
        players=(("Sports and Technology Foundation", "leads"), ("Municipality of Eindhoven", "signs, lights and upkeep")),
        milestone="Both loops are signposted", indicator="People who use a loop in a week",
        report="Both loops are open. Residents chose 14 stops. Counters were placed in the second month, after the signs.",
        result_title="Two exercise loops chosen by residents are used by 640 people a week", result_value="640",
        finding_title="Ask residents first, buy counters later",
        finding_summary="A route in Rovaniemi showed a Dutch city how to begin: two loops chosen with residents are used by 640 people a week.",
        finding_text="## What was seen\n\nManagers from the south of the Netherlands walked the three bridges route in Rovaniemi. Not the app made the difference, but that residents had chosen the stops.\n\n## What was done\n\nEindhoven took residents along first. Two short loops came out of it.\n\n## What came of it\n\nAfter the first season 640 people use a loop in a week. Counters came last, and cheap.",
        topic="smart-public-space",
    ),
    Story(
        host="valencia", learner="hajdu-bihar", days_ago=380,
        session_title="How the health service sends people to sport in Valencia",
        session_summary="Doctors, trainers and the regional ministry show the way from the doctor's desk to the sports hall, with those who took it.",
        place="Valencia", practice="",
        lesson_title="A prescription for exercise needs a person who calls",
        lesson_text="A note from the doctor alone brings few people to a course. In Valencia a person at the sports hall calls within a week; that call doubles the number who come.",
        lesson_change="The sport diagnostics centre in Debrecen gets a caller for the first year.",
        second_title="Doctors want one page, not a programme",
        second_text="The doctors use the scheme since its description fits on one page with one telephone number.",
        ambition_title="Exercise on prescription in ten surgeries of Debrecen",
        ambition_text="Family doctors see inactivity every day and have nowhere to send people. The sport diagnostics centre can be that place.",
        plan_title="Exercise on prescription plan Hajdú-Bihar", instrument="Territorial and settlement development programme Hajdú-Bihar",
        action_title="A caller between surgery and sports hall",
        action_background="In Valencia a call within a week doubles the number of patients who come to a course.",
        action_text="- One page for doctors\n- A caller at the diagnostics centre\n- Courses in three places",
        players=(("University of Debrecen", "leads and measures"), ("City of Debrecen", "sports halls")),
        milestone="Ten surgeries take part", indicator="Patients who began a course",
        report="Eleven surgeries take part. The caller reached 312 patients within a week of their visit; 187 began a course.",
        result_title="187 patients began a course after a call from the sports hall", result_value="187",
        finding_title="One telephone call makes exercise on prescription work",
        finding_summary="Debrecen took a caller over from Valencia: of 312 patients who were called within a week, 187 began a course.",
        finding_text="## What was seen\n\nIn Valencia somebody at the sports hall calls every patient within a week of the doctor's note.\n\n## What was done\n\nThe sport diagnostics centre in Debrecen took on a caller, and the description was cut to one page.\n\n## What came of it\n\nOf 312 patients called, 187 began a course.",
        topic="sport-and-health",
    ),
    Story(
        host="south-netherlands", learner="lodzkie", days_ago=340,
        session_title="Inside a fieldlab: testing with those who will use it",
        session_summary="Two days in the fieldlabs of Brabant: how a company, a club and a university agree on one test, and who pays for what.",
        place="Eindhoven", practice="vitality-living-lab",
        lesson_title="A test belongs to the club, not to the company",
        lesson_text="In the fieldlabs the club decides which test takes place in its hall. Companies that come with a question instead of a product get better answers.",
        lesson_change="Makers of sport surfaces in Łódzkie test with clubs that choose the question.",
        second_title="Write down who owns the data before the first test",
        second_text="Each test begins with one page on who owns the data and who may see it. It takes an hour and saves a quarter.",
        ambition_title="Five clubs in Łódzkie that choose what is tested in their halls",
        ambition_text="The region makes sport surfaces for the world and tests them far from those who play on them. Clubs should say what matters.",
        plan_title="Fieldlab plan Łódzkie", instrument="European Funds for Łódzkie 2021-2027",
        action_title="A first fieldlab with two clubs",
        action_background="The fieldlabs of Brabant showed that tests are better when the club chooses the question.",
        action_text="- A page on data and ownership\n- Two clubs choose their questions\n- A test of three surfaces",
        players=(("VERDE Foundation", "leads"), ("Lodz University of Technology", "measures")),
        milestone="The first test is done", indicator="Players who took part in a test",
        report="Two clubs chose their question: how a surface feels to older players. 96 players took part in the first test.",
        result_title="96 players tested three surfaces with a question of their own", result_value="96",
        finding_title="Let the club choose what is tested",
        finding_summary="Two clubs in Łódzkie chose the question of a test themselves. 96 players took part, and one surface was changed.",
        finding_text="## What was seen\n\nIn the fieldlabs of Brabant the club decides which test takes place.\n\n## What was done\n\nVERDE and the university of technology asked two clubs for their question: how does a surface feel to older players?\n\n## What came of it\n\n96 players took part. The maker changed one of three surfaces.",
        topic="living-labs",
    ),
)  # fmt: skip

# (usefulness 1-5, recommendation 0-10, choice, what they take home, what should change) by language.
ANSWERS: dict[str, tuple[tuple[int, int, str, str, str], ...]] = {
    "nl": (
        (5, 9, "c1", "Eerst vragen, dan kopen.", "Meer tijd om met bewoners te praten, minder presentaties."),
        (4, 8, "c2", "De kosten van onderhoud zijn eerlijk verteld.", ""),
        (4, 8, "c1", "Korte routes werken beter dan lange.", "Graag de cijfers vooraf toesturen."),
    ),
    "es": (
        (5, 10, "c1", "Que la gente elige antes que la tecnología.", "Más tiempo en el lugar y menos en la sala."),
        (4, 8, "c2", "El coste real del mantenimiento.", "Faltó hablar con un club pequeño."),
        (3, 7, "c3", "", "El segundo día fue demasiado largo."),
    ),
    "hu": (
        (5, 9, "c1", "Egy telefonhívás többet ér, mint egy szórólap.", "Legyen több idő a helyszíni beszélgetésekre."),
        (4, 9, "c1", "Az orvosok egyetlen oldalt kérnek.", ""),
        (4, 7, "c2", "Jó volt látni, mi nem vált be.", "Kérjük a bemutatókat előre elküldeni."),
    ),
    "fi": (
        (5, 10, "c1", "Asukkaat mukaan ennen laitteita.", "Enemmän aikaa maastossa, vähemmän salissa."),
        (4, 8, "c2", "Talvikunnossapito kannattaa laskea mukaan alusta asti.", ""),
        (4, 9, "c1", "Kysymys tulee seuralta, ei yritykseltä.", "Lisää tietoa rahoituksesta."),
    ),
    "pl": (
        (5, 9, "c1", "Klub wybiera pytanie, a nie firma.", "Więcej czasu na rozmowy z zawodnikami."),
        (4, 8, "c1", "Jedna strona o danych oszczędza kwartał.", ""),
        (3, 7, "c2", "Dobrze, że powiedziano też o błędach.", "Proszę o tłumaczenie materiałów."),
    ),
}
# What other regions say to an ambition: (how ambitious 1-5, would it work c1-c3, what should change, what could we do together).
OPINIONS: dict[str, tuple[int, str, str, str]] = {
    "nl": (4, "c1", "Zeg erbij wie het onderhoud betaalt na het eerste jaar.", "Wij delen onze cijfers."),
    "es": (5, "c1", "Convendría contar también a las personas mayores que viven solas.", "Podemos enviar a quien hace las llamadas."),
    "hu": (4, "c2", "Kérjük, mérjék a téli hónapokat is.", "Szívesen fogadunk látogatókat."),
    "fi": (4, "c1", "Mittari puuttuu ensimmäiseltä vuodelta.", "Voimme jakaa laskureiden tiedot."),
    "pl": (3, "c2", "Warto dodać szkoły jako partnera.", "Możemy przetestować nawierzchnię razem."),
}
