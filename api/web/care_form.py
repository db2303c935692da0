"""The form for a line of care: the columns of a care file, read and judged as the file is; amounts in euro."""

from dataclasses import dataclass
from datetime import date as Date

from api.catalogue import has, text
from api.web.form_fields import Wrong, day_or_none, wrong_of
from api.web.providers import members
from api.web.tariff_codes import words_of
from api.web.typed_money import as_typed, typed_cents
from api.web.visit import Visit
from application.import_care import FileRow, wrong_numbers
from domain.care import AMOUNTS, Care, columns_of
from domain.errors import DomainError, Invalid
from domain.identifiers import is_nihii
from domain.patient import Patient
from infrastructure.carefile.care_file import read_typed
from infrastructure.carefile.columns import DIGITS

MAIN = ("code", "units", "amount_cents", "patient_share_cents", "supplement_cents", "time", "visit")
GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("prescription", ("prescriber", "prescriber_norm", "prescription_date")),
    ("body", ("tooth", "limb", "place")),
    (
        "norms",
        (
            "service_norm",
            "provider_norm",
            "care_assistant",
            "urgency",
            "derogation",
            "related_code",
            "lump_sum_pct",
        ),
    ),
    (
        "papers",
        (
            "agreement_number",
            "commitment_number",
            "reading_method",
            "reading_document",
            "reading_reason",
            "reading_time",
            "reading_serial",
            "vignette_reason",
            "proof_number",
            "device_number",
            "line_ref",
        ),
    ),
)
"""Fields beside the main ones, folded until somebody needs them."""
_FIELDS = ("provider", *MAIN, *(name for _, names in GROUPS for name in names))
_TIMES = frozenset({"time", "reading_time"})
_DAYS = frozenset({"prescription_date"})
_USUAL = {**dict.fromkeys(_FIELDS, ""), "units": "1", "provider_norm": "1"}
"""What stands in a field of which nobody said anything."""
_NO_AMOUNT = "?"
_MOST_CODES = 500


@dataclass(frozen=True, slots=True)
class Field:
    """An input: its name, its type, and what is known, as somebody would type it."""

    name: str
    type: str
    known: str


@dataclass(frozen=True, slots=True)
class Group:
    """Fields that are folded together. `is_used`: something stands in one of them."""

    name: str
    fields: tuple[Field, ...]
    is_used: bool


@dataclass(frozen=True, slots=True)
class CareForm:
    """`providers`: number and name of those whose care the reader may enter; none: no form.

    `codes`: number and words of what the tariffs know for the day, to be found by either.
    """

    providers: tuple[tuple[str, str], ...]
    provider: str
    main: tuple[Field, ...]
    groups: tuple[Group, ...]
    codes: tuple[tuple[str, str], ...] = ()


def care_form(visit: Visit, date: Date, care: Care | None = None, provider: str = "") -> CareForm:
    """Empty but for the provider, or with the values of a line. `date`: of the care."""
    caller = visit.known_caller
    own = [one for one in members(visit) if one.works and caller.may_change_care_of(one.provider_id)]
    named = [(one.state.details.nihii, one.name) for one in own]
    if care and care.provider not in dict(named):
        named.append((care.provider, care.provider))
    self_alone = [one.state.details.nihii for one in own if one.provider_id in caller.provider_ids or len(own) == 1]
    known = care.provider if care else provider if provider in dict(named) else next(iter(self_alone), "")
    groups = tuple(_group(name, names, care) for name, names in GROUPS)
    return CareForm(tuple(named), known, tuple(_field(name, care) for name in MAIN), groups, _codes(visit, date))


def _codes(visit: Visit, date: Date) -> tuple[tuple[str, str], ...]:
    """Of the set that counts for the day; none when there are too many for a list in a form."""
    pricer = visit.quittance.tariffs.book(visit.practice).pricer(date)
    valid = [code for code in pricer.tariffs.codes.values() if code.is_valid(date)] if pricer else []
    return tuple((code.code, words_of(code, visit.language)) for code in valid) if len(valid) <= _MOST_CODES else ()


def care_of(visit: Visit, patient: Patient, date: Date) -> Care:
    """What the form says, as a line of a file would. Raises `Invalid` for the first value that is wrong."""
    number = {"ssin": patient.ssin} if patient.ssin else {"affiliation_number": patient.affiliation_number}
    cells = {"date": date.isoformat(), **number, **{name: _cell(visit, name) for name in _FIELDS}}
    row, problems = read_typed(cells)
    wrong = [(one.field, one.code) for one in problems] or (_wrong_numbers(row) if row else [])
    if row is None or wrong:
        field, code = wrong[0]
        raise Invalid(code, f"{field}: {code}.", field=field)
    return row.care


def _wrong_numbers(row: FileRow) -> list[tuple[str, str]]:
    """As of a file, whose lines are kept with a prescriber to be mended later: who types can look at it now."""
    prescriber = row.care.prescriber
    return wrong_numbers(row) + ([("prescriber", "nihii_invalid")] if prescriber and not is_nihii(prescriber) else [])


def typed_line(care: Care) -> dict[str, str]:
    """A line as the fields of its form send it when nothing is touched."""
    columns = columns_of(care)
    return {name: _typed(name, columns[name]) for name in _FIELDS}


def wrong_line(visit: Visit, error: DomainError) -> Wrong:
    """What to say at the field, in the words of the care file where they are its codes."""
    field = str(error.facts.get("field", ""))
    if not (has(f"rejected.{error.code}") and has(f"care_field.{field}")):
        return wrong_of(visit, "care", error)
    colon = " :" if visit.language == "fr" else ":"
    label = text(f"care_field.{field}", visit.language)
    return Wrong("care", field, f"{label}{colon} {_problem(visit, error.code, field)}", visit.form)


def _problem(visit: Visit, code: str, field: str) -> str:
    """As of a file, but that what is typed has euros, and says how many digits there should be, or where to look."""
    if code == "number_invalid" and field in AMOUNTS:
        return text("typed_problem.amount", visit.language)
    if code == "digits_invalid" and field in DIGITS:
        fewest, most = DIGITS[field]
        return text(f"typed_problem.{'digits' if fewest == most else 'digits_upto'}", visit.language, count=most)
    if code == "nihii_invalid":
        return text("typed_problem.nihii", visit.language)
    return text(f"rejected.{code}", visit.language)


def _group(name: str, names: tuple[str, ...], care: Care | None) -> Group:
    fields = tuple(_field(one, care) for one in names)
    return Group(name, fields, any(field.known != _USUAL[field.name] for field in fields))


def _field(name: str, care: Care | None) -> Field:
    kind = "time" if name in _TIMES else "date" if name in _DAYS else "text"
    return Field(name, kind, _typed(name, columns_of(care)[name]) if care else _USUAL[name])


def _typed(name: str, value: object) -> str:
    """A value of a line as somebody types it."""
    if isinstance(value, int) and name in AMOUNTS:
        return as_typed(value)
    if isinstance(value, Date):
        return value.isoformat()
    written = str(value or "")
    return f"{written[:2]}:{written[2:]}" if written and name in _TIMES else written


def _cell(visit: Visit, name: str) -> str:
    """A value of the form as a cell of a file. Raises `Invalid`."""
    if name in _DAYS:
        found = day_or_none(visit, name)
        return found.isoformat() if found else ""
    given = visit.text(name, 100)
    if name in AMOUNTS and given:
        cents = typed_cents(given)
        return _NO_AMOUNT if cents is None else str(cents)
    return given.replace(":", "") if name in _TIMES else given
