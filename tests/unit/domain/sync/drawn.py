"""What Hypothesis draws: values that are close relatives, records, policies, inputs and steps."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import attrs
from hypothesis import reject
from hypothesis import strategies as st

from tresen.domain.shared.errors import InvalidValue
from tresen.domain.shared.text import storable
from tresen.domain.sync.canonical import Value, Values, day, decimal, folded, instant, plain, sorted_set
from tresen.domain.sync.guards import Guards, Share
from tresen.domain.sync.laws import BUILT_IN, Edited, Law
from tresen.domain.sync.policy import Deletes, Policy
from tresen.domain.sync.schema import Field, Schema
from tresen.domain.sync.side import GONE, UNKNOWN, Shown
from tresen.domain.sync.step import Inputs, Step

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
SCHEMA = Schema(
    "thing",
    (Field("a"), Field("b", folded), Field("t", sorted_set, law=Law.UNION), Field("o", law=Law.OURS)),
    match=(("b",), ("a", "t")),
)
FORMS = st.sampled_from((plain, folded, decimal, sorted_set, day, instant(1), instant(60), instant(86_400)))

# Close relatives on purpose: case, blanks, emptiness, True beside 1, sets in another order.
RELATIVES: tuple[Value, ...] = (
    None, "", " ", "x", "X", " x", "y", "1", "True", 0, 1, True, False, (), ("x",), ("x", "y"), ("y", "x"), (" ",),
)  # fmt: skip
NUMBERS: tuple[Value, ...] = (
    "1",
    "01.50 eur",
    "1.5 EUR",
    "-0",
    "1e3",
    "1_0",
    "NaN",
    "sNaN",
    "Infinity",
    "1e99",
    "1e-60 x",
)
MOMENTS: tuple[Value, ...] = (
    "2026-05-04T12:00:00+02:00", "2026-05-04T10:00:30.5Z", "2026-05-04T12:00", "2026-05-04", "12:00",
    "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00",
)  # fmt: skip


def joined(text: str) -> str:
    """Two halves of a character that stand in order are that character: no JSON can tell them apart."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")


TEXTS = st.text("axß'\"\\\n\r\t\0\x85\u2028ü😀\ud800\udfff{}[],:", max_size=5).map(joined)
RELATED: st.SearchStrategy[Value] = st.sampled_from(RELATIVES)
SETS: st.SearchStrategy[Value] = st.lists(TEXTS, max_size=3).map(tuple)
VALUES: st.SearchStrategy[Value] = st.one_of(
    RELATED,
    st.sampled_from(NUMBERS + MOMENTS),
    TEXTS,
    st.text(max_size=5),
    st.integers(-2, 10**20),
    st.decimals().map(str),
    st.datetimes(timezones=st.just(UTC)).map(datetime.isoformat),
    SETS,
)

TIMES = st.none() | st.builds(
    lambda ms, zone: (NOON + timedelta(milliseconds=ms)).astimezone(zone),
    st.integers(-70_000, 70_000) | st.sampled_from((0, 1, 999, 1_000)),
    st.sampled_from((UTC, ZoneInfo("Asia/Tokyo"))),
)
EDITED = st.builds(
    Edited,
    ours_at=TIMES,
    theirs_at=TIMES,
    resolution_s=st.sampled_from((1, 60, 86_400)),
    skew_s=st.sampled_from((0, 5, 60)),
)
LAW = st.sampled_from(BUILT_IN)
SHARES = st.builds(Share, st.integers(0, 100), st.integers(0, 9))
POLICIES = st.builds(
    Policy,
    clock_skew_s=st.integers(0, 3600),
    default=LAW,
    fields=st.dictionaries(st.sampled_from(SCHEMA.names), LAW),
    deletes=st.sampled_from(Deletes),
    create_here=st.booleans(),
    create_there=st.booleans(),
    delete_here=st.booleans(),
    delete_there=st.booleans(),
    guards=st.builds(Guards, deleted=SHARES, blanked=SHARES, conflicts=SHARES),
)


def records(values: st.SearchStrategy[Value] = RELATED) -> st.SearchStrategy[Values]:
    return st.fixed_dictionaries({}, optional=dict.fromkeys(SCHEMA.names, values))


def inputs(values: st.SearchStrategy[Value] = VALUES) -> st.SearchStrategy[Inputs]:
    shown: st.SearchStrategy[Shown] = records(values) | st.sampled_from((GONE, UNKNOWN))
    return st.builds(
        Inputs,
        base=st.none() | records(values),
        ours=shown,
        theirs=shown,
        edited=EDITED,
        overrides=st.dictionaries(st.sampled_from((*SCHEMA.names, "*")), LAW, max_size=2),
        in_flight=st.dictionaries(st.sampled_from(SCHEMA.names), values, max_size=2),
        untouched=st.frozensets(st.sampled_from(SCHEMA.names)),
    )


# As every store keeps them.
KEPT_TEXTS = TEXTS.map(storable)


@st.composite
def steps(draw: st.DrawFn, texts: st.SearchStrategy[str] = TEXTS) -> Step:
    """A step as a sync makes it: its decision follows from its inputs. With ``KEPT_TEXTS`` it can be planned."""
    sets: st.SearchStrategy[Value] = st.lists(texts, max_size=3).map(tuple)
    drawn, policy = draw(inputs(RELATED | texts | sets)), draw(POLICIES)
    drawn = attrs.evolve(drawn, candidates=draw(st.lists(texts, max_size=2).map(tuple)))
    try:
        decision = drawn.decide(SCHEMA, policy)
    except InvalidValue:
        reject()  # a merged set with half a character in it cannot be kept: that record is an error and has no step
    return Step(
        external_id=draw(st.none() | texts),
        local_id=draw(st.none() | st.uuids()),
        local_version=draw(st.integers(0, 5)),
        fingerprint=draw(st.binary(max_size=4)),
        proof=draw(st.sampled_from((None, "tombstone", "answer", "listing"))),
        pushes=draw(records()),
        inputs=drawn,
        decision=decision,
    )
