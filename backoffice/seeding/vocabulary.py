"""What Austrian tradespeople are called, where they come from and what they write."""

from typing import NamedTuple

from waitlist.choices import CompanySize, Failure, Gewerk


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


FIRST_NAMES = _words(
    "Alexander Andreas Anna Barbara Benjamin Bernhard Birgit Brigitte Christian Christina Christoph Claudia "
    "Daniel David Dominik Elisabeth Erich Eva Felix Florian Franz Gabriele Georg Gerald Gerhard Günter Hannah "
    "Hannes Harald Helmut Herbert Ingrid Johanna Johannes Josef Julia Jürgen Karl Karin Katharina Klaus Kurt "
    "Laura Leopold Lukas Manfred Manuel Maria Mario Markus Martin Martina Matthias Maximilian Michael Michaela "
    "Monika Nicole Nina Norbert Otto Patrick Paul Peter Petra Philipp Rainer Reinhard Richard Robert Roland Roman "
    "Rudolf Sabine Sandra Sarah Sebastian Silvia Simon Sonja Stefan Stefanie Susanne Theresa Thomas Tobias Ulrike "
    "Valentin Veronika Walter Werner Wolfgang Željko Ayşe Dragan Emre Mehmet"
)
LAST_NAMES = _words(
    "Gruber Huber Bauer Wagner Müller Pichler Steiner Moser Mayer Hofer Leitner Berger Fuchs Eder Fischer Schmid "
    "Winkler Weber Schwarz Maier Schneider Reiter Mayr Schmidt Wimmer Egger Brunner Lang Baumgartner Auer Binder "
    "Lechner Wolf Wallner Aigner Ebner Koller Lehner Haas Schuster Hofmann Wieser Strasser Koch Stadler Fink "
    "Krenn Haider Lackner Kaufmann Maurer Holzer Mair Riegler Thaler Kern Graf Zauner Kogler Böhm Posch Rainer "
    "Pöll Obermüller Unterberger Schöberl Hinterleitner Kirchmayr Oberhauser Schachinger Feichtinger "
    "Kaltenbrunner Großauer Weißenböck Jäger Köck Möstl Nußbaumer Rössler Süß Jovanović Yildiz Novak Horvath Nagy "
    "Svoboda Hauser-Klein"
)
PLACES = _words(
    "Wien Graz Linz Salzburg Innsbruck Klagenfurt Villach Wels Dornbirn Steyr Feldkirch Bregenz Leonding Baden "
    "Wolfsberg Leoben Krems Traun Amstetten Kapfenberg Lustenau Hallein Mödling Kufstein Traiskirchen Schwechat "
    "Braunau Hohenems Stockerau Saalfelden Ansfelden Tulln Spittal Telfs Ternitz Perchtoldsdorf Bludenz "
    "Eisenstadt Wörgl Gmunden"
)


def spread(*weighted: tuple[str, int]) -> tuple[str, ...]:
    """A table of a hundred from which drawing evenly gives every value its share (percent)."""
    table = tuple(value for value, share in weighted for _ in range(share))
    if len(table) != 100:  # noqa: PLR2004 - percent
        raise ValueError(f"the shares add up to {len(table)}")
    return table


TRADES = spread((Gewerk.ELECTRICAL.value, 46), (Gewerk.PLUMBING.value, 37), (Gewerk.OTHER.value, 17))
SIZES = spread(
    (CompanySize.UP_TO_5.value, 41),
    (CompanySize.UP_TO_10.value, 27),
    (CompanySize.UP_TO_20.value, 18),
    (CompanySize.UP_TO_50.value, 10),
    (CompanySize.OVER_50.value, 4),
)
# By trade: "{last}", "{first}", "{place}" are the person's.
COMPANIES = {
    Gewerk.ELECTRICAL.value: (
        "Elektro {last}",
        "Elektrotechnik {last} GmbH",
        "{last} Elektrotechnik e.U.",
        "{last} Elektroinstallationen",
        "Blitzschutz {last}",
        "{last} & Söhne Elektro GmbH",
        "Photovoltaik {place} {last} OG",
        "E-Technik {place} GmbH",
    ),
    Gewerk.PLUMBING.value: (
        "Installateur {last}",
        "{last} Haustechnik GmbH",
        "Sanitär {last}",
        "{last} Heizung & Bad e.U.",
        "Gas-Wasser-Heizung {last}",
        "{last} Wärmepumpen GmbH",
        "Haustechnik {place} {last} KG",
        "Lüftung & Klima {place} GmbH",
    ),
    Gewerk.OTHER.value: (
        "Tischlerei {last}",
        "Malerei {last} GmbH",
        "Zimmerei {first} {last}",
        "{last} Dach & Fassade",
        "Fliesen {last} e.U.",
        "Spenglerei {last} & Co KG",
        "Metallbau {place} {last}",
        "Garten {last}",
    ),
}
MESSAGES = (
    "Wir schreiben Regieberichte noch auf Papier und suchen etwas Einfaches für die Monteure.",
    "Bitte um Rückruf am Nachmittag, vormittags bin ich auf der Baustelle.",
    "Läuft das auch offline im Keller? Dort haben wir beim Zählertausch keinen Empfang.",
    "Interessiert mich vor allem für die Dokumentation von Wärmepumpen und Photovoltaikanlagen.",
    "Wie genau versteht die Spracheingabe Dialekt? Unsere Leute sind aus dem Mühlviertel.",
    "Gibt es eine Schnittstelle zu unserer Buchhaltung und zum Angebotsprogramm?",
    "Wir sind 12 Monteure mit 9 Fahrzeugen und hätten gern einen Termin zum Vorzeigen.",
    "Prüfprotokolle nach ÖVE E 8101 wären für uns das Wichtigste.",
    "Ein Kollege von der Innung hat uns kurzum empfohlen.",
    "Was kostet das pro Monteur und Monat?",
    "Derzeit WhatsApp-Gruppen und Zettelwirtschaft, so kann es nicht weitergehen.",
    "Wartungsverträge für Gasthermen: Können Termine automatisch vorgeschlagen werden?",
    "Heizungsbau und Badsanierung, meist Altbau in {place}. Fotos zur Baustelle wären wichtig.",
    "Wir nehmen gern am Pilotprojekt teil, ab {month} haben wir Zeit.",
    "Stundenaufzeichnung und Material gleich vor Ort erfassen, das wäre ein Traum.",
    "Brauchen wir eigene Tablets oder geht es am Handy?",
    "Mein Sohn übernimmt den Betrieb und will weg vom Papier.\nBitte ihn anrufen: nach 16 Uhr.",
    "Zählertausch, E-Befund, Störungsdienst: alles muss am selben Tag zum Kunden.",
)
MONTHS = ("Jänner", "März", "April", "Juni", "September", "Oktober", "November")


class Campaign(NamedTuple):
    """Where somebody came from; ``confirms`` is the share of its sign-ups that press the button in the end."""

    source: str | None
    medium: str | None
    name: str | None
    confirms: float


_SEARCH = Campaign("google", "cpc", "elektriker_software_at", 0.66)
_BRAND = Campaign("google", "cpc", "marke_kurzum", 0.78)
_INSTA = Campaign("instagram", "social", "baustelle_reels", 0.52)
_FACEBOOK = Campaign("facebook", "social", "handwerk_herbst", 0.55)
_LINKEDIN = Campaign("linkedin", "social", "betriebsleiter", 0.69)
_NEWSLETTER = Campaign("newsletter", "email", "innung_oktober", 0.81)
_FAIR = Campaign("messe", "offline", "messe_wels", 0.74)
_RADIO = Campaign("radio", "offline", "radio_ooe", 0.6)
_PARTNER = Campaign("grosshandel", "referral", "theke_aktion", 0.72)
_DIRECT = Campaign(None, None, None, 0.64)
CAMPAIGNS = (
    (_SEARCH,) * 24
    + (_BRAND,) * 10
    + (_INSTA,) * 9
    + (_FACEBOOK,) * 13
    + (_LINKEDIN,) * 6
    + (_NEWSLETTER,) * 9
    + (_FAIR,) * 5
    + (_RADIO,) * 2
    + (_PARTNER,) * 5
    + (_DIRECT,) * 17
)

# The providers that Austrian firms use, in the top-level domain that is reserved for examples (RFC 2606).
# "{own}" is a domain of the firm's own.
PROVIDERS = spread(
    ("gmail.example", 31),
    ("gmx.example", 19),
    ("outlook.example", 9),
    ("hotmail.example", 5),
    ("aon.example", 5),
    ("a1.example", 4),
    ("icloud.example", 4),
    ("yahoo.example", 2),
    ("liwest.example", 2),
    ("{own}", 19),
)
THROW_AWAY_PROVIDER = "wegwerf.example"
MOBILE_PREFIXES = ("664", "660", "676", "650", "699", "680", "681", "677")
USER_AGENTS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Linux; Android 15; SM-A556B) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0",
)
CRM_FAILURES = (Failure.REJECTED.value, Failure.TIMEOUT.value, Failure.SERVER_ERROR.value, Failure.REJECTED.value)
MAIL_FAILURES = (Failure.REJECTED.value, Failure.REJECTED.value, Failure.UNREACHABLE.value)
