"""Running sums of an invoice, of a sickness fund and of the file; a control number is a sum like the others."""

from dataclasses import dataclass

from domain.billing_file import FileLine
from infrastructure.efact.digits import control_number


@dataclass(slots=True)
class Totals:
    """Amounts in signed cents; `records` counts 20-80; `codes` is the sum of zone 4 over 50, 51 and 52."""

    records: int = 0
    codes: int = 0
    amount_cents: int = 0
    patient_share_cents: int = 0
    supplement_cents: int = 0

    def add(self, other: "Totals") -> None:
        """Take in the sums of an invoice or fund."""
        self.records += other.records
        self.codes += other.codes
        self.amount_cents += other.amount_cents
        self.patient_share_cents += other.patient_share_cents
        self.supplement_cents += other.supplement_cents

    def add_line(self, line: FileLine, records: int) -> None:
        """Take in a line, already written, that makes `records` records, each with its code (eFact reference 2.10)."""
        self.records += records
        self.codes += int(line.code or 0) * records
        self.amount_cents += line.amount_cents
        self.patient_share_cents += line.patient_share_cents
        self.supplement_cents += line.supplement_cents

    @property
    def control(self) -> int:
        """Control number, zones 98, 410 and 510."""
        return control_number((self.codes,))
