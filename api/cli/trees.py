"""What is inside a sending or an invoice: its days, and of each day the lines about which the insurer spoke, or all."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from rich.tree import Tree

from api.build import Quittance
from api.cli.voice import Voice
from api.verdicts_to_come import told_cents
from domain import billing_day, invoice
from domain.billing_day import Line
from domain.invoice import InvoiceIssued

Branch = dict[str, Any]


def branches(
    quittance: Quittance, invoice_ids: Sequence[UUID], at: int | None, *, every_line: bool
) -> tuple[list[Branch], list[UUID]]:
    """Invoices with their days and lines, in two readings of the log; and whose care it is."""
    streams = quittance.log.load(invoice_ids, at)
    made: dict[UUID, InvoiceIssued] = {found: events[0] for found, events in streams.items()}
    days = quittance.log.load([day_id for one in made.values() for day_id in one.day_ids], at)
    states = {day_id: billing_day.fold(events) for day_id, events in days.items()}
    found = []
    for invoice_id, one in made.items():
        state = invoice.fold(streams[invoice_id])
        branch = {
            "invoice_id": invoice_id,
            "invoice_number": one.invoice_number,
            "destination": one.destination,
            "status": state.status if state else "",
            "verdict": state.verdict if state else "",
            "requested_cents": one.requested_cents,
            "accepted_cents": told_cents(state.verdict, state.accepted_cents) if state else None,
            "refused_cents": told_cents(state.verdict, state.refused_cents) if state else None,
            "days": _days(one.day_ids, states, every_line=every_line),
        }
        found.append(branch)
    return sorted(found, key=lambda branch: str(branch["invoice_number"])), [one.patient_id for one in made.values()]


def _days(
    day_ids: Iterable[UUID], states: dict[UUID, billing_day.BillingDay | None], *, every_line: bool
) -> list[dict[str, Any]]:
    known = [(day_id, day) for day_id in day_ids if (day := states.get(day_id)) is not None]
    shown = [
        {
            "day_id": day_id,
            "date": day.date,
            "verdict": day.verdict,
            "lines": [line for line in day.active if every_line or line.said],
        }
        for day_id, day in known
    ]
    return sorted(shown, key=lambda day: str(day["date"]))


def draw(voice: Voice, found: Iterable[Branch]) -> None:
    """Invoices, days, lines."""
    tree = Tree("", hide_root=True)
    for branch in found:
        node = tree.add(_head(voice, branch))
        for day in branch["days"]:
            leaf = node.add(f"{day['date']} · {voice.code('verdict', day['verdict'])} · {day['day_id']}")
            for line in day["lines"]:
                leaf.add(" · ".join(cell for cell in _line(voice, line) if cell))
    voice.console.print(tree, markup=False)


def show_lines(voice: Voice, lines: Sequence[Line]) -> None:
    """Lines of a day, with what the insurer said of each."""
    heads = ("code", "requested", "verdict", "accepted", "errors", "comment")
    voice.table(
        [(f"column.{head}", head in ("requested", "accepted")) for head in heads],
        [_line(voice, line) for line in lines],
    )


def _head(voice: Voice, branch: Branch) -> str:
    verdict = voice.code("verdict", branch["verdict"]) if branch["verdict"] != "none" else ""
    amount = voice.money(branch["requested_cents"])
    cells = (branch["invoice_number"], branch["destination"], amount, verdict, str(branch["invoice_id"]))
    return " · ".join(cell for cell in cells if cell)


def _line(voice: Voice, line: Line) -> tuple[str, ...]:
    said = line.said
    return (
        line.care.code,
        voice.money(line.care.asked_cents),
        voice.code("verdict", said.verdict if said else "none"),
        voice.money(said.accepted_cents) if said else "",
        " ".join(f"{reason.letter}{reason.code}" for reason in (*said.reasons, *said.notes)) if said else "",
        said.comment if said else "",
    )
