"""Preview, bill, send, cancel a run, begin the numbers."""

from collections.abc import Sequence
from typing import Annotated

import typer

from api.cli.console import AsJson, Reason, Where, billed_month, concerning, context, establishment, working
from api.cli.ids import identifier_of
from api.cli.voice import Voice
from api.not_handed_over import missing_mandate
from application.run_report import HeldBack, Later, Once, RunReport
from application.send import Sent
from domain.errors import Invalid
from domain.numbering import HIGHEST
from domain.run_plan import RunOptions

Month = Annotated[str, typer.Argument(help="Month of care, YYYY-MM.")]
Leave = Annotated[bool, typer.Option("--leave-undecided", help="Leave refused days without a decision so.")]
Current = Annotated[bool, typer.Option("--include-current", help="Bill the month that is not over.")]

_MOST_SHOWN = 10


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(preview)
    app.command()(bill)
    app.command()(send)
    app.command("cancel-run")(cancel_run)
    app.command("resolve-sending")(resolve_sending)
    app.command("start-numbers")(start_numbers)


def preview(month: Month, where: Where = "", include_current: Current = False, as_json: AsJson = False) -> None:
    """Show what a billing run would do; writes nothing."""
    with working(as_json=as_json) as (quittance, voice):
        here = establishment(quittance, where)
        options = _options(month, include_current, quittance.settings.one_month_per_file)
        show_run(voice, quittance.billing.preview(here, options))


def bill(
    month: Month,
    where: Where = "",
    include_current: Current = False,
    leave_undecided: Leave = False,
    reason: Reason = "",
    as_json: AsJson = False,
) -> None:
    """Bill a month: one invoice a patient, one file a union. Nothing leaves before `send`."""
    with working(as_json=as_json) as (quittance, voice):
        here = establishment(quittance, where)
        options = _options(month, include_current, quittance.settings.one_month_per_file)
        with voice.waiting("progress.bill"):
            asked = context(reason, here)
            report = quittance.billing.run(asked, here, options, leave_undecided=leave_undecided).result
        show_run(voice, report)


def send(
    sendings: Annotated[list[str] | None, typer.Argument(help="Ids; none: every prepared sending.")] = None,
    where: Where = "",
    as_json: AsJson = False,
) -> None:
    """Hand prepared files over to the unions, within their limits."""
    with working(as_json=as_json) as (quittance, voice):
        here = establishment(quittance, where)
        named = [identifier_of(identifier) for identifier in sendings or ()]
        wanted, asked = named or quittance.lookups.prepared_sending_ids(here), context()
        each = voice.each("progress.send", wanted)
        sent = tuple(one for which in each for one in quittance.dispatch.send(asked, here, [which]).result)
        missing = (
            missing_mandate(quittance, here, one.registration_id, one.holder_kind, voice.language) for one in sent
        )
        show_sent(voice, sent, tuple(dict.fromkeys(filter(None, missing))))


def cancel_run(run: Annotated[str, typer.Argument(help="Run id.")], reason: Reason, as_json: AsJson = False) -> None:
    """Withdraw a run that has not left: days are prepared again, its numbers are void."""
    with working(as_json=as_json) as (quittance, voice):
        which = identifier_of(run)
        cancelled = quittance.billing.cancel(concerning(quittance, which, reason), which).result
        if as_json:
            voice.json({"cancelled": cancelled.sending_ids, "documents": cancelled.document_ids})
        else:
            counts = {"count": len(cancelled.sending_ids), "documents": len(cancelled.document_ids)}
            voice.say("bill.cancelled", **counts)


def resolve_sending(
    sending: Annotated[str, typer.Argument(help="Sending id.")],
    arrived: Annotated[bool, typer.Option("--arrived/--lost", help="What the union says of the file.")],
    reason: Reason,
    as_json: AsJson = False,
) -> None:
    """Say whether a file of unknown outcome arrived; a lost one can be sent again."""
    with working(as_json=as_json) as (quittance, voice):
        identifier = identifier_of(sending)
        where = quittance.log.load([identifier]).get(identifier, [])
        about = where[0].establishment_id if where else None
        done = quittance.dispatch.resolve(context(reason, about), identifier, arrived=arrived).result
        voice.json({"sending_id": done}) if as_json else voice.say("care.done", id=done)


def start_numbers(
    kind: Annotated[str, typer.Argument(help="sending, reference, invoice or document.")],
    year: int,
    first: Annotated[int, typer.Argument(help="First number to give, above the old program's last.")],
    where: Where = "",
    as_json: AsJson = False,
) -> None:
    """Begin the official numbers of a year above those of the program used before."""
    with working(as_json=as_json) as (quittance, voice):
        if kind not in HIGHEST:
            raise Invalid("number_kind_unknown", f"kind: give one of {', '.join(HIGHEST)}.", field="kind")
        here = establishment(quittance, where)
        quittance.billing.start_numbers(context(about=here), here, kind, year, first)
        if as_json:
            voice.json({"kind": kind, "year": year, "first": first})
        else:
            voice.say("bill.numbers", kind=kind, year=year, first=first)


def show_run(voice: Voice, report: RunReport) -> None:
    """A preview or a run: undecided refusals first, then files, then everything that stays behind."""
    if voice.as_json:
        voice.json(report)
        return
    if report.undecided_days:
        _show_undecided(voice, report)
    for code in report.stopped:
        voice.say(f"stopped.{code}")
    voice.say("bill.run" if report.run_id else "bill.preview", month=report.billed_month, run=report.run_id)
    heads = ("union", "month", "invoices", "days", "lines", "amount", "earliest")
    voice.table(
        [(f"column.{head}", head not in ("union", "month", "earliest")) for head in heads],
        [
            (s.union, s.billed_month, s.invoices, s.days, s.lines, voice.money(s.amount_cents), s.earliest or "")
            for s in report.sendings
        ],
    )
    if back := sum(one.credited_days for one in report.sendings):
        cents = sum(one.credited_cents for one in report.sendings)
        voice.say("bill.credited", days=back, amount=voice.money(cents))
    _held(voice, "bill.blocked", "column.reason", [(voice.code("blocker", h.code), h) for h in report.blocked])
    if len(report.blocked) > 1:
        once = report.blocked_once
        voice.say("bill.once", days=once.days, amount=_sum(voice, once))
    _held(voice, "bill.noticed", "column.reason", [(voice.code("blocker", h.code), h) for h in report.noticed])
    _held(voice, "bill.hints", "column.reason", [(voice.code("price_hint", h.code), h) for h in report.hints])
    if report.documents:
        voice.say("bill.documents")
        voice.table(
            [
                (f"column.{head}", head != "destination")
                for head in ("destination", "documents", "days", "lines", "amount")
            ],
            [(d.destination, d.documents, d.days, d.lines, voice.money(d.amount_cents)) for d in report.documents],
        )
    if report.not_yet:
        voice.say("bill.later")
        voice.table(
            [("column.from", False), ("column.days", True), ("column.amount", True)],
            [(later.billable_from, later.days, _sum(voice, later)) for later in report.not_yet],
        )


def _show_undecided(voice: Voice, report: RunReport) -> None:
    """Refused days that nobody decided about: how many, for how long, and the first of them."""
    voice.say("bill.undecided", days=report.undecided_days, amount=voice.money(report.undecided_cents))
    voice.say(
        "bill.undecided_age",
        age=report.undecided_age_days,
        left=report.undecided_left_days,
        most=report.undecided_most_left,
    )
    heads = ("date", "refused_on", "left_times", "refused", "id")
    voice.table(
        [(f"column.{head}", head in ("left_times", "refused")) for head in heads],
        [
            (one.date, one.refused_on, one.left_times, voice.money(one.refused_cents), one.day_id)
            for one in report.undecided_first[:_MOST_SHOWN]
        ],
    )


def show_sent(voice: Voice, sent: tuple[Sent, ...], mandates: Sequence[str] = ()) -> None:
    """What became of each file, and which mandates are missing, in words."""
    if voice.as_json:
        voice.json(sent)
        return
    if not sent:
        voice.say("send.nothing")
        return
    voice.table(
        [("column.id", False), ("column.status", False), ("column.reason", False)],
        [(one.sending_id, voice.code("status", one.outcome), _why(voice, one)) for one in sent],
    )
    for told in mandates:
        voice.say("send.mandate", told=told)
    if any(one.code in ("registration_missing", "registration_none") for one in sent):
        voice.say("send.registration")


def _why(voice: Voice, one: Sent) -> str:
    why = " · ".join(filter(None, (one.code and voice.why("held", one.code), one.said)))
    return voice.label("held.until", why=why, date=one.until) if one.until else why


def _held(voice: Voice, title: str, head: str, rows: list[tuple[str, HeldBack]]) -> None:
    if not rows:
        return
    voice.say(title)
    voice.table(
        [(head, False), ("column.days", True), ("column.amount", True)],
        [(label, held.days, _sum(voice, held)) for label, held in rows],
    )


def _sum(voice: Voice, left_out: HeldBack | Later | Once) -> str:
    """In euro, with how many days have no amount yet; a dash when none of them has."""
    sum_of_others = voice.money(left_out.amount_cents)
    if left_out.amount_cents is None or not left_out.unpriced:
        return sum_of_others
    return f"{sum_of_others} ({voice.label('bill.unpriced', count=left_out.unpriced)})"


def _options(month: str, include_current: bool, one_month_per_file: bool) -> RunOptions:
    return RunOptions(billed_month(month), include_current, one_month_per_file)
