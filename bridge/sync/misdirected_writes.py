"""Writes of ours that went into a row which had just moved away: the lead that stands there gets its own values back.

Google has no conditional write (GOOGLE.md section 4): between locating a row and writing it, a person may insert or
sort. The answer shows which lead stood there. Where no answer came and the lead does not show the write, it is *at
large*: in any row, since rows may have moved again, or nowhere. Then deliveries and flushes doubt a cell that shows
such a value, and the next sweep tells the victim's link which of its cells are alien; what went into an empty row is
cleared. The way back is the ordinary one: found by id, verified, and itself told when it strays.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from sqlalchemy import Text, cast, select
from sqlalchemy.orm import Session
from structlog.stdlib import get_logger

from bridge.core.cells import read_id
from bridge.core.values import Cell, Raw, Refusal, Row, Value
from bridge.queue.pending import mark_pending
from bridge.queue.sweep_requests import ask_for_sweep
from bridge.store import in_flight_writes
from bridge.store.history import LAG, By, note_stray
from bridge.store.in_flight_writes import Entry
from bridge.store.models import Link, SheetQueue

log = get_logger(__name__)
MOST = 5000
SURE = "sure"
"""Marks an entry of which Google said that it went into a row of nobody we know; ``stood``: the id that stood there."""


def lose_sight(session: Session, link: Link, now: datetime) -> None:
    """The lead was looked at, or cannot be, and what we sent to it is not there: a sweep looks for it."""
    open_ = in_flight_writes.unconfirmed(link)
    if not open_:
        return
    in_flight_writes.left_to_others(link)
    _remember(session, link, open_)
    if any(entry["row"] != link.row for entry in open_):
        ask_for_sweep(session, link.sheet, now)
    ask_for_sweep(session, link.sheet, max(now, _latest(open_) + LAG))


def at_large(session: Session, sheet: str) -> list[Entry]:
    """What may stand in any row: writes under way, writes that nobody has seen again, and what is known to have
    strayed into rows of nobody.
    """
    open_ = cast(Link.own_writes, Text).contains('"settled": false', autoescape=True)
    under_way = select(Link.id, Link.own_writes).where(Link.sheet == sheet, Link.wanted > Link.written, open_)
    found = [
        entry | {"link": link_id}
        for link_id, entries in session.execute(under_way)
        for entry in entries
        if not entry["settled"]
    ]
    return [*session.get_one(SheetQueue, sheet).litter, *found]


def differing(row: Row, link: Link, edited: Collection[str] = ()) -> list[str]:
    """Fields that show something else than is known, by no event that we heard of (``edited``)."""
    return [name for name, value in row.values.items() if name not in edited and link.base.get(name) != value]


def doubt(missing: Sequence[Entry], link: Link, names: Iterable[str], doubtful: dict[str, set[Value]]) -> None:
    """These fields of the link may be a stray's victims: values at large are added to the ``doubtful`` ones."""
    for name in names:
        values = {entry["value"] for entry in missing if entry["field"] == name and entry.get("link") != link.id}
        doubtful.setdefault(name, set()).update(values)


def find_victims(session: Session, sheet: str, missing: Sequence[Entry], rows: Iterable[Row], by: By) -> None:
    """Cells that show a value at large where their lead's own is another are alien to it, and noted so in the
    history: a person who typed that very word unheard finds it there.
    """
    looked = {row.lead_id: row for row in rows if row.lead_id} if missing else {}
    if not looked:
        return
    for link in session.scalars(select(Link).where(Link.sheet == sheet, Link.lead_id.in_(looked))):
        row, known = looked[link.lead_id], in_flight_writes.aliens(link)
        found = [
            entry
            for entry in missing
            if entry.get("link") != link.id
            and row.values.get(entry["field"], ...) == entry["value"]
            and entry["value"] not in known.get(entry["field"], ())
        ]
        _blame(session, link, found, by)


def forget_found(queue: SheetQueue, began: datetime) -> None:
    """A sweep that began then has looked for everything that left well before it."""
    left = [entry for entry in queue.litter if "at" in entry and datetime.fromisoformat(entry["at"]) >= began - LAG]
    if len(left) != len(queue.litter):
        queue.litter = left


def astray(session: Session, link: Link, stood: str | None, entries: Sequence[Entry], by: By) -> None:
    """These writes of the link went where ``stood`` was: that lead gets its values back."""
    victim = session.scalars(select(Link).where(Link.sheet == link.sheet, Link.lead_id == stood)).one_or_none()
    log.warning("stray_write", sheet=link.sheet, link=link.id, victim=victim.id if victim else None)
    if victim is not None:
        _blame(session, victim, [_of(link, entry) for entry in entries], by)
        return
    _remember(session, link, [entry | {SURE: True, "stood": stood} for entry in entries])
    ask_for_sweep(session, link.sheet, by.at)


def telling(entry: Entry) -> bool:
    """True when a row of nobody we know that shows this value has it from us: Google said so, or it is a text of its
    own. A status, a number or a tick may just as well be a person's.
    """
    return SURE in entry or (entry["field"] != "status" and isinstance(entry["value"], str))


def is_litter(row: Row, left: Collection[Entry]) -> bool:
    """True for a row without id and name that shows nothing but what may have strayed, and something `telling`."""
    every = {(entry["field"], entry["value"]) for entry in left}
    telltale = {(entry["field"], entry["value"]) for entry in left if telling(entry)}
    filled = [(name, value) for name, value in row.values.items() if value is not None and name != "sync"]
    return row.lead_id is None and not row.refused and every.issuperset(filled) and not telltale.isdisjoint(filled)


def lead_id_of(raw: Raw) -> str | None:
    """The lead id that an id cell with this value stands for; None when it stands for none."""
    try:
        found = read_id(Cell(raw, "" if raw is None else str(raw)))
    except Refusal:
        return None
    return None if found is None else str(found)


def _blame(session: Session, victim: Link, entries: Iterable[Entry], by: By) -> None:
    foreign = [entry for entry in entries if victim.base.get(entry["field"]) != entry["value"]]
    if foreign:
        in_flight_writes.blame(victim, foreign, by.at)
        mark_pending(session, victim, by.at)
    for name, value in {entry["field"]: entry["value"] for entry in foreign}.items():
        if name != "sync":
            note_stray(session, victim, name, value, by)


def _of(link: Link, entry: Entry) -> Entry:
    return entry | {"link": link.id}


def _latest(entries: Sequence[Entry]) -> datetime:
    return max(datetime.fromisoformat(entry["at"]) for entry in entries)


def _remember(session: Session, link: Link, entries: Iterable[Entry]) -> None:
    queue = session.get_one(SheetQueue, link.sheet)
    queue.litter = [*queue.litter, *(_of(link, entry) for entry in entries)][-MOST:]
