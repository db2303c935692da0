"""A billing day as it stands: its lines, where they are, what the insurer said and what the practice decided."""

from dataclasses import dataclass, replace
from datetime import date as Date
from typing import Literal, NamedTuple
from uuid import UUID, uuid5

from domain.care import Care
from domain.day_events import DayVerdict, Decision, LineVerdict

AGAIN: tuple[Decision, ...] = ("rebill", "rebill_elsewhere")
"""Decisions that bill refused lines again."""
GIVES_BACK: tuple[Decision, ...] = ("credit_note", "regularise")
"""Decisions that give back what the insurer paid; after a credit note the day is billed again."""
OnDocument = Literal["", "open", "paid", "refused"]
_DAYS = UUID("5f0b3a3e-4c7e-5b7e-9f53-0f7f1f6c2d10")


@dataclass(frozen=True, slots=True)
class Line:
    """A line as the day knows it now. `is_derived`: made by the tariffs; `is_told`: such lines stand in its place.

    `is_amount_confirmed`: its amount is billed as it was given, whatever the tariffs say. `paid_by`: invoice that paid
    it when that is not the one that its day is in. `is_taken`: the insurer took back what it paid.
    """

    line_id: UUID
    care: Care
    possible_duplicate: bool = False
    is_confirmed: bool = False
    withdrawn: bool = False
    withdrawn_by_hand: bool = False
    import_id: UUID | None = None
    said: LineVerdict | None = None
    is_derived: bool = False
    is_told: bool = False
    is_amount_confirmed: bool = False
    paid_by: UUID | None = None
    is_taken: bool = False


class Credit(NamedTuple):
    """Lines given back in one invoice of type 3. `payer`: the invoice that paid them; `cents` of each line, negative.

    `settled_by`: message that answered it, empty while it waits.
    """

    sending_id: UUID
    invoice_id: UUID
    payer: UUID
    records: tuple[int, ...]
    line_ids: tuple[UUID, ...]
    cents: tuple[int, ...]
    settled_by: str = ""


class BillingDay(NamedTuple):
    """State of a day; a tuple, as a settlement builds 40,000 of these and a frozen dataclass costs three times that.
    `sending_id` and `records` are those of the sending that it is in now, if any, or was refused in. `asked_ids`: lines
    that were asked again there, the others being settled before; empty for all. `paid_cents`, `lost_cents`: what the
    others brought and did not, part of `accepted_cents` and `refused_cents`. `before`: as it stood when it was billed
    again; `away`: as it stood in the sending that gave it back since. `credits`: what runs give back of it.
    `as_paid`: as the insurer paid it, while it is open again after the decision to credit it. `proposed`: a decision
    that waits for another person than the actor `proposed_by`; until then `decision` stands. `document`: what became
    of it on the document beyond eFact that it is on, empty when it is in a sending; `before` is kept there.
    `left_times`: runs that went by since its verdict while nobody had decided about it. `is_in_closed_books`: its
    decision was taken in a month whose books are closed; no event of the day tells, whoever reads it does.
    """

    establishment_id: UUID
    patient_id: UUID
    date: Date
    sequence: int
    lines: tuple[Line, ...] = ()
    sending_id: UUID | None = None
    invoice_id: UUID | None = None
    records: tuple[int, ...] = ()
    verdict: DayVerdict = "none"
    accepted_cents: int = 0
    refused_cents: int = 0
    settled_by: str = ""
    time_bar_proof: str = ""
    returned_from: UUID | None = None
    decision: Decision = "none"
    asked_ids: tuple[UUID, ...] = ()
    paid_cents: int = 0
    lost_cents: int = 0
    before: "BillingDay | None" = None
    away: "BillingDay | None" = None
    credits: tuple[Credit, ...] = ()
    as_paid: "BillingDay | None" = None
    proposed: Decision = "none"
    proposed_by: str = ""
    left_times: int = 0
    document: OnDocument = ""
    is_in_closed_books: bool = False

    @property
    def active(self) -> tuple[Line, ...]:
        """Lines that were not withdrawn or told by others, in the order in which they are billed."""
        return tuple([line for line in self.lines if not (line.withdrawn or line.is_told)])

    @property
    def recorded(self) -> tuple[Line, ...]:
        """Lines as people entered them, those that are told by others too; without the withdrawn."""
        return tuple([line for line in self.lines if not (line.withdrawn or line.is_derived)])

    @property
    def asked_cents(self) -> int | None:
        """What the insurer is asked for; None as long as nobody knows."""
        return None if self.unpriced else sum(line.care.amount_cents for line in self.active)

    @property
    def unpriced(self) -> tuple[Line, ...]:
        """Lines without amounts that nothing tells yet: the day cannot be billed before."""
        return tuple([line for line in self.active if not line.care.is_priced])

    @property
    def is_prepared(self) -> bool:
        """Nothing of it is in a sending: it may be changed and billed."""
        return self.sending_id is None

    @property
    def asked(self) -> tuple[Line, ...]:
        """Lines in the sending that it is in, in the order of `records`."""
        if not self.asked_ids:
            return self.active
        wanted = set(self.asked_ids)
        return tuple([line for line in self.active if line.line_id in wanted])

    @property
    def refused(self) -> tuple[Line, ...]:
        """Lines that the insurer refused; all of a day of which nothing is paid."""
        if self.verdict == "refused":
            return self.active
        return tuple([line for line in self.active if line.said and line.said.verdict == "refused"])

    @property
    def lost(self) -> tuple[Line, ...]:
        """Lines that the insurer refused, or accepted for less."""
        if self.verdict == "refused":
            return self.active
        return tuple([line for line in self.active if line.said and line.said.verdict in ("refused", "accepted_less")])

    @property
    def to_bill(self) -> tuple[Line, ...]:
        """Lines that the next run takes, in the order in which they are billed.

        Those of a day to be credited are asked again with the credit note, or after the insurer took it.
        """
        if self.is_prepared:
            return self.active
        if self.as_paid is not None:
            return () if self.waits_for_credit else self.active
        return self.refused if self.decision in AGAIN else ()

    @property
    def is_open(self) -> bool:
        """Its lines may be changed, priced and billed: prepared, wholly refused and to rebill, or to credit."""
        return self.is_prepared or self.as_paid is not None or (self.decision in AGAIN and self.verdict == "refused")

    @property
    def waits_for_credit(self) -> bool:
        """A credit note for it is in a sending, and not answered."""
        return any(credit.settled_by == "" for credit in self.credits)

    @property
    def credit_state(self) -> str:
        """Of credit notes for it: empty without one, `asked` while one waits, `taken` when the insurer took them."""
        return "asked" if self.waits_for_credit else "taken" if self.credits else ""

    @property
    def paid_lines(self) -> tuple[tuple[Line, int], ...]:
        """Lines as the insurer paid them and did not take back, and the cents of each."""
        day = self.as_paid or self
        if day.verdict not in ("accepted", "mixed"):
            return ()
        return tuple(
            [
                (line, line.said.accepted_cents if line.said else line.care.amount_cents)
                for line in day.active
                if not (line.is_taken or (line.said and line.said.verdict == "refused"))
            ]
        )

    @property
    def to_credit(self) -> dict[UUID, tuple[Line, ...]]:
        """Lines that the next run gives back, negative, by the invoice that paid them.

        What was accepted for less is given back as it was paid: a credit note above that is refused.
        """
        if self.decision not in GIVES_BACK or self.credits:
            return {}
        found: dict[UUID, list[Line]] = {}
        present = (self.as_paid or self).invoice_id
        for line, cents in self.paid_lines:
            payer = line.paid_by or present
            if payer:
                found.setdefault(payer, []).append(replace(line, care=_negative(line.care, cents)))
        return {payer: tuple(lines) for payer, lines in found.items() if any(x.care.amount_cents for x in lines)}

    @property
    def is_paid_before(self) -> bool:
        """The insurer refused to take back what it had paid, and the day was asked again beside it."""
        return self.verdict != "none" and self.paid_cents > 0 and not self.asked_ids

    @property
    def waits_for_decision(self) -> bool:
        """Something of it is refused, and nobody decided what becomes of it; a proposal is no decision."""
        return self.verdict in ("mixed", "refused") and self.decision == "none" and not self.credits

    @property
    def waits_for_run(self) -> bool:
        """The next run asks for some of it, or gives some back."""
        return bool(self.to_bill or self.to_credit)

    def credit_in(self, invoice_id: UUID) -> Credit | None:
        """What that invoice gives back of it."""
        return next((credit for credit in self.credits if credit.invoice_id == invoice_id), None)


def _negative(care: Care, cents: int) -> Care:
    """Every amount of a credit note is negative, units too (201140)."""
    return replace(
        care,
        units=-care.units,
        amount_cents=-cents,
        patient_share_cents=-care.patient_share_cents,
        supplement_cents=-care.supplement_cents,
    )


def day_id(establishment_id: UUID, patient_id: UUID, date: Date, sequence: int) -> UUID:
    """Identity of a day; the patient's id is already keyed, so nothing personal can be guessed from it."""
    return uuid5(_DAYS, f"{establishment_id}|{patient_id}|{date.isoformat()}|{sequence}")
