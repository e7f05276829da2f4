"""The least valid object of each kind; a test sets what it is about.

Today's world of these objects: Florida (FL), Broward County in it, Davie in that county, and ICE's list of 18 May 2026.
"""

from datetime import date

import factory
from factory.django import DjangoModelFactory

from agreements.models import (
    Agreement,
    ChangeEvent,
    Check,
    EarlierAgreement,
    FederalDesignation,
    GlossaryTerm,
    GuideFact,
    LaterList,
    LegalReview,
    Listing,
    ListKind,
    LocalPolicy,
    ModelPower,
    Provision,
    Snapshot,
    Standing,
    StateLaw,
    Status,
    TimelineEvent,
)
from jurisdictions.models import Agency, AgencyAlias, AreaName, Coverage, Jurisdiction, LiesIn, Source
from jurisdictions.names import fold
from jurisdictions.public_ids import mint
from jurisdictions.slugs import slug

NEWEST_LIST = date(2026, 5, 18)


class AreaFactory(DjangoModelFactory):
    class Meta:
        model = Jurisdiction
        django_get_or_create = ["geoid"]
        abstract = True

    short_name = factory.LazyAttribute(lambda area: area.name)


class StateFactory(AreaFactory):
    """Florida. Another: StateFactory(geoid="48", name="Texas", usps="TX")."""

    class Meta:
        model = Jurisdiction

    geoid = "12"
    kind = Jurisdiction.Kind.STATE
    name = "Florida"
    usps = "FL"
    slug = factory.LazyAttribute(lambda area: area.usps.lower())


class CountyFactory(AreaFactory):
    """A county of Florida; geoid and name are made up unless given."""

    class Meta:
        model = Jurisdiction

    state = factory.SubFactory(StateFactory)
    # Five digits, however many counties a long run has made.
    geoid = factory.LazyAttributeSequence(lambda area, n: f"{area.state.geoid}{201 + 2 * (n % 399):03}")
    kind = Jurisdiction.Kind.COUNTY
    name = factory.LazyAttribute(lambda area: f"Orange{area.geoid} County")
    short_name = factory.LazyAttribute(lambda area: area.name.removesuffix(" County"))
    legal_type = "County"
    slug = factory.LazyAttribute(lambda area: slug(area.name))


class _InCounties(AreaFactory):
    class Meta:
        model = Jurisdiction
        abstract = True
        skip_postgeneration_save = True

    @factory.post_generation
    def counties(area, create, counties, **_):
        """`counties=[most people, next, …]`; LiesIn rows with rank from 1."""
        for rank, county in enumerate(counties or [], start=1):
            LiesIn.objects.get_or_create(
                jurisdiction=area, county=county, defaults={"rank": rank, "population_2020": 1000 // rank}
            )


class PlaceFactory(_InCounties):
    """A town; `counties=[county]` says where it lies."""

    class Meta:
        model = Jurisdiction
        skip_postgeneration_save = True

    state = factory.SubFactory(StateFactory)
    geoid = factory.LazyAttributeSequence(lambda area, n: f"{area.state.geoid}{10001 + n:05}")
    kind = Jurisdiction.Kind.PLACE
    short_name = factory.LazyAttribute(lambda area: f"Elmville{area.geoid}")
    legal_type = "town"
    name = factory.LazyAttribute(lambda area: f"{area.short_name} {area.legal_type}")
    slug = factory.LazyAttribute(lambda area: slug(area.short_name))


class SubdivisionFactory(_InCounties):
    """A township; `counties=[county]` says where it lies."""

    class Meta:
        model = Jurisdiction
        skip_postgeneration_save = True

    state = factory.SubFactory(StateFactory)
    geoid = factory.LazyAttributeSequence(lambda area, n: f"{area.state.geoid}001{10001 + n:05}")
    kind = Jurisdiction.Kind.COUNTY_SUBDIVISION
    short_name = factory.LazyAttribute(lambda area: f"Burton{area.geoid}")
    legal_type = "township"
    name = factory.LazyAttribute(lambda area: f"{area.short_name} {area.legal_type}")
    slug = factory.LazyAttribute(lambda area: slug(area.name))


class AreaNameFactory(DjangoModelFactory):
    """A name that leads to an area: a CDP unless told otherwise."""

    class Meta:
        model = AreaName

    name = "Catonsville"
    folded = factory.LazyAttribute(lambda name: fold(name.name))
    kind = "cdp"
    leads_to = factory.SubFactory(CountyFactory)
    state = factory.LazyAttribute(lambda name: name.leads_to.state)
    cdp_geoid = factory.Sequence(lambda n: f"12{90001 + n:05}")


class SourceFactory(DjangoModelFactory):
    class Meta:
        model = Source

    title = factory.Sequence(lambda n: f"Public document {n}")
    publisher = "A public body"
    url = factory.Sequence(lambda n: f"https://www.example.org/{n}")
    retrieved_on = date(2026, 11, 24)


class AgencyFactory(DjangoModelFactory):
    """A sheriff of Florida, placed by `covers=[area, …]`; without it, in question unless `placement` says otherwise."""

    class Meta:
        model = Agency
        skip_postgeneration_save = True

    public_id = factory.LazyFunction(mint)
    name = factory.Sequence(lambda n: f"Orange{n} County Sheriff's Office")
    kind = Agency.Kind.SHERIFF
    state = factory.SubFactory(StateFactory)
    placement = Agency.Placement.DECIDED

    @factory.post_generation
    def covers(agency, create, areas, *, extent=Coverage.Extent.WHOLE, why=Coverage.Why.NAME):
        for area in areas or []:
            Coverage.objects.create(agency=agency, jurisdiction=area, extent=extent, why=why)

    @factory.post_generation
    def spelling(agency, create, printed, **_):
        """One printed spelling, the agency's own name unless given."""
        printed = printed or agency.name
        AgencyAlias.objects.create(
            agency=agency,
            state_printed=agency.state.usps,
            name=printed,
            folded=fold(printed),
            first_printed_on=date(2025, 3, 6),
            last_printed_on=NEWEST_LIST,
        )


class SnapshotFactory(DjangoModelFactory):
    """ICE's participating list of a day; the same day twice is the same list."""

    class Meta:
        model = Snapshot
        django_get_or_create = ["kind", "position"]

    kind = ListKind.PARTICIPATING
    published_on = NEWEST_LIST
    position = factory.LazyAttribute(lambda list_: int(f"{list_.published_on:%Y%m%d}120000000"))
    file_name = factory.LazyAttribute(lambda list_: f"{list_.kind}Agencies{list_.published_on:%m%d%Y}.xlsx")
    sha256 = factory.LazyAttribute(lambda list_: f"{list_.kind}{list_.position}".encode().hex()[:64].rjust(64, "0"))
    worksheet = "Sheet1"
    columns = ["STATE", "LAW ENFORCEMENT AGENCY"]
    rows = factory.LazyFunction(list)
    row_count = 0


class AgreementFactory(DjangoModelFactory):
    """A street agreement (TFM), listed since 6 March 2025.

    `standing=None` leaves out the standing; `standing__status="missing"` and so on set its fields, as StandingFactory.
    """

    class Meta:
        model = Agreement
        skip_postgeneration_save = True

    agency = factory.SubFactory(AgencyFactory)
    program_model = "TFM"
    first_listed_on = date(2025, 3, 6)
    first_known_on = date(2025, 3, 6)
    standing = factory.RelatedFactory("tests.factories.StandingFactory", factory_related_name="agreement")


class ListingFactory(DjangoModelFactory):
    """A printed row, on the newest list alone unless `first_snapshot` says since when."""

    class Meta:
        model = Listing

    agreement = factory.SubFactory(AgreementFactory, standing=None)
    kind = ListKind.PARTICIPATING
    digest = factory.Sequence(lambda n: f"{n:032x}")
    last_snapshot = factory.SubFactory(SnapshotFactory, kind=factory.SelfAttribute("..kind"))
    first_snapshot = factory.SelfAttribute("last_snapshot")
    first_position = factory.LazyAttribute(lambda row: row.first_snapshot.position)
    last_position = factory.LazyAttribute(lambda row: row.last_snapshot.position)
    state = factory.LazyAttribute(lambda row: row.agreement.agency.state.usps)
    agency_name = factory.LazyAttribute(lambda row: row.agreement.agency.name)
    agency_type = "county"
    program_model = factory.LazyAttribute(lambda row: row.agreement.program_model)
    signed_on = date(2025, 2, 26)
    cells = factory.LazyAttribute(lambda row: [row.state, row.agency_name])
    match_rule = "new"


class StandingFactory(DjangoModelFactory):
    """Listed since 6 March 2025, signed on 26 February 2025, with a document."""

    class Meta:
        model = Standing

    agreement = factory.SubFactory(AgreementFactory, standing=None)
    status = Status.LISTED
    starts_on = date(2025, 3, 6)
    since = factory.SelfAttribute("starts_on")
    listing = factory.SubFactory(ListingFactory, agreement=factory.SelfAttribute("..agreement"))
    signed_on = date(2025, 2, 26)
    moa_url = "https://www.ice.gov/doclib/287gMOA/document.pdf"


class ChangeEventFactory(DjangoModelFactory):
    """An agreement that appeared on ICE's newest list."""

    class Meta:
        model = ChangeEvent

    key = factory.Sequence(lambda n: f"{n:012x}")
    agreement = factory.SubFactory(AgreementFactory)
    agency = factory.LazyAttribute(lambda event: event.agreement.agency)
    kind = ChangeEvent.Kind.APPEARED
    seen_on = NEWEST_LIST
    origin = ChangeEvent.Origin.ICE_LIST


class StateLawFactory(DjangoModelFactory):
    """A published statute of Florida that requires cooperation, in force since 14 June 2019."""

    class Meta:
        model = StateLaw

    jurisdiction = factory.SubFactory(StateFactory)
    key = factory.LazyAttributeSequence(lambda law, n: f"{law.jurisdiction.usps.lower()}-sb-{n}-2019")
    title = factory.Sequence(lambda n: f"Senate Bill {n}")
    citation = factory.Sequence(lambda n: f"Fla. Stat. 908.{n}")
    instrument = StateLaw.Instrument.STATUTE
    stance = "requires_cooperation"
    legal_status = StateLaw.LegalStatus.ENACTED
    enacted_on = "2019-06-14"
    summary_en = "Requires jails to help."
    summary_es = "Obliga a las cárceles a ayudar."
    state = "published"
    main_source = factory.SubFactory(SourceFactory)
    checked_on = date(2026, 11, 24)
    confidence = "high"
    translation = "machine"


class ProvisionFactory(DjangoModelFactory):
    """Sheriffs and jails must hold people on a detainer."""

    class Meta:
        model = Provision

    law = factory.SubFactory(StateLawFactory)
    topic = "detainers"
    effect = "requires"
    binds = ["sheriffs_and_jails"]
    section = "Fla. Stat. 908.105"
    statement_en = "Jails must hold a person on a detainer."
    statement_es = "Las cárceles deben retener a una persona con una orden de retención."


class LocalPolicyFactory(DjangoModelFactory):
    """A published ordinance of a town of Florida that limits cooperation; `jurisdictions=[area]` says whose it is."""

    class Meta:
        model = LocalPolicy
        skip_postgeneration_save = True

    state_area = factory.SubFactory(StateFactory)
    key = factory.LazyAttributeSequence(lambda policy, n: f"{policy.state_area.usps.lower()}-elmville-detainers-{n}")
    government = "Elmville"
    government_type = "town"
    title = factory.Sequence(lambda n: f"Ordinance {n}")
    instrument = LocalPolicy.Instrument.ORDINANCE
    stance = "limits_cooperation"
    printed_topics = ["detainers"]
    legal_status = LocalPolicy.LegalStatus.IN_FORCE
    adopted_on = "2018-05-01"
    summary_en = "Does not hold people on detainers. Adopted 1 May 2018."
    summary_es = "No retiene a personas con órdenes de retención. Adoptada el 1 de mayo de 2018."
    state = "published"
    main_source = factory.SubFactory(SourceFactory)
    checked_on = date(2026, 11, 24)

    @factory.post_generation
    def jurisdictions(policy, create, areas, **_):
        policy.jurisdictions.set(areas or [])


class DesignationFactory(DjangoModelFactory):
    """A county on the Justice Department's list of 5 August 2025."""

    class Meta:
        model = FederalDesignation

    list = FederalDesignation.List.DOJ
    jurisdiction = factory.SubFactory(CountyFactory)
    key = factory.LazyAttribute(lambda label: f"{label.list}-{label.jurisdiction.geoid}")
    listed_on = date(2025, 8, 5)
    printed_name = factory.LazyAttribute(lambda label: label.jurisdiction.name)
    printed_type = "county"
    state = "published"
    main_source = factory.SubFactory(SourceFactory)


class GuideFactFactory(DjangoModelFactory):
    """A published fact of the guide, in both languages."""

    class Meta:
        model = GuideFact

    key = factory.Sequence(lambda n: f"hw-fact-{n}")
    section = GuideFact.Section.HOW_IT_WORKS
    as_of = "2025"
    sentence_en = factory.Sequence(lambda n: f"ICE trains officers in fact {n}.")
    sentence_es = factory.Sequence(lambda n: f"ICE capacita a agentes en el hecho {n}.")
    state = "published"
    main_source = factory.SubFactory(SourceFactory)
    checked_on = date(2026, 11, 24)
    confidence = "high"
    translation = "machine"


class ModelPowerFactory(DjangoModelFactory):
    """Jail officers under the Jail Enforcement Model may issue detainers."""

    class Meta:
        model = ModelPower

    model = "JEM"
    setting = "jail"
    act = factory.Sequence(lambda n: f"detainer-{n}")
    key = factory.LazyAttribute(lambda power: f"{power.model.lower()}-{power.act}")
    place = 1
    power_en = "Issue a detainer"
    power_es = "Emitir una orden de retención (detainer)"
    allowed = "yes"
    state = "published"
    main_source = factory.SubFactory(SourceFactory)
    checked_on = date(2026, 11, 24)
    confidence = "high"
    translation = "machine"


class TimelineEventFactory(DjangoModelFactory):
    """Something happened in 2012."""

    class Meta:
        model = TimelineEvent

    key = factory.Sequence(lambda n: f"2012-06-25-event-{n}")
    happened_on = "2012-06-25"
    sentence_en = "The Supreme Court strikes down three sections of Arizona’s SB 1070."
    sentence_es = "La Corte Suprema anula tres secciones de la SB 1070 de Arizona."
    state = "published"
    main_source = factory.SubFactory(SourceFactory)
    checked_on = date(2026, 11, 24)
    confidence = "high"
    translation = "machine"


class GlossaryTermFactory(DjangoModelFactory):
    """A word and what it means."""

    class Meta:
        model = GlossaryTerm

    key = factory.Sequence(lambda n: f"detainer-{n}")
    term_en = "detainer"
    term_es = "orden de retención (detainer)"
    definition_en = "A form in which ICE asks a jail to hold a person."
    definition_es = "Formulario en que ICE pide a una cárcel retener a una persona."
    state = "published"
    main_source = factory.SubFactory(SourceFactory)
    checked_on = date(2026, 11, 24)
    confidence = "high"
    translation = "machine"


class EarlierAgreementFactory(DjangoModelFactory):
    """A sheriff of Florida with a task force agreement, which documents show from July 2002 to October 2012."""

    class Meta:
        model = EarlierAgreement

    key = factory.Sequence(lambda n: f"fl-orange-{n}-tfm")
    state = factory.SubFactory(StateFactory)
    agency_name = "Orange County Sheriff's Office"
    agency_kind = "sheriff"
    program_model = "TFM"
    signed_on = ["2002-07-02"]
    attested_from = date(2002, 7, 2)
    attested_to = date(2012, 10, 2)
    named_in = "An audit; a list of ICE's"
    document_url = "https://www.ice.gov/an-agreement.pdf"
    confidence = "high"
    source = factory.SubFactory(SourceFactory)


class LaterListFactory(DjangoModelFactory):
    """A list of 9 October 2026, which an archive counted."""

    class Meta:
        model = LaterList

    published_on = date(2026, 10, 9)
    file_name = "participatingAgencies10092026.xlsx"
    row_count = 2654
    source = factory.SubFactory(SourceFactory)


class LegalReviewFactory(DjangoModelFactory):
    """A lawyer read the rights card on 24 November 2026."""

    class Meta:
        model = LegalReview

    reviewer = "A member of the bar of Florida"
    reviewed_on = date(2026, 11, 24)


class CheckFactory(DjangoModelFactory):
    """Somebody looked for a rule about detainers on 24 November 2026 and found nothing."""

    class Meta:
        model = Check

    jurisdiction = factory.SubFactory(StateFactory)
    subject = "detainers"
    looked_on = date(2026, 11, 24)
    where = "Legislature's pages"
    found = Check.Found.NOTHING
