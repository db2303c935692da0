"""Register an establishment, its providers and its patients; know twins, merge them, follow a changed number."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date as Date
from uuid import UUID

from application.commit import Decided, Done, Streams, decide
from application.ports import Clock, Context, EventLog, KeyRing, Lookups
from domain import establishment as establishments
from domain import patient as patients
from domain import provider as providers
from domain.authorisation import Authorisation, Kind
from domain.errors import NotAllowed, NotFound
from domain.establishment import EstablishmentDetails
from domain.local_time import local_date
from domain.notification import Notification
from domain.patient import Insurability, PatientDetails
from domain.provider import ProviderDetails

_MOST_RECORDS = 20


@dataclass(frozen=True, slots=True)
class Registered:
    """`warnings` are catalogue codes; `alike` are the records that look like the same person."""

    id: UUID
    is_new: bool
    warnings: tuple[str, ...] = ()
    alike: tuple[UUID, ...] = ()


def establishment_id(keys: KeyRing, tpp_number: str) -> UUID:
    """An establishment is named by its third-party number."""
    return keys.keyed_id("establishment", tpp_number)


def provider_id(keys: KeyRing, nihii: str) -> UUID:
    """A provider is named by the NIHII number."""
    return keys.keyed_id("provider", nihii)


def likeness(keys: KeyRing, establishment: UUID, details: PatientDetails) -> bytes:
    """Blind index of name and birth date: equal for two records of one person."""
    whole = f"{plain(details.last_name)}|{plain(details.first_name)}|{details.birth_date}"
    return keys.blind("likeness", f"{establishment}|{whole}")


def number_blind(keys: KeyRing, establishment: UUID, number: str) -> bytes:
    """Blind index of a national or affiliation number inside an establishment."""
    return keys.blind("patient_number", f"{establishment}|{number}")


_LETTERS = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d"})
"""As people type what has no accent to leave out; ß is the matter of case folding."""


def plain(text: str) -> str:
    """A name without case, accents and signs, for comparison."""
    bare = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    return " ".join("".join(c if c.isalnum() else " " for c in bare if not unicodedata.combining(c)).casefold().split())


def billed_records(
    log: EventLog, who: Sequence[UUID], upto: int | None = None
) -> dict[UUID, tuple[UUID, patients.Patient]]:
    """Each known record with the one under which it is billed: itself, or the last survivor of its merges."""
    states: dict[UUID, patients.Patient] = {}
    wanted = list(dict.fromkeys(who))
    while wanted:
        for identifier, events in log.load(wanted, upto).items():
            state = patients.fold(events)
            if state is not None:
                states[identifier] = state
        wanted = list({s.merged_into for s in states.values() if s.merged_into and s.merged_into not in states})
    return {identifier: (last, states[last]) for identifier in who if (last := _survivor(states, identifier))}


def _bears(state: patients.Patient | None, number: str) -> bool:
    return state is not None and not state.is_erased and number in (state.ssin, state.affiliation_number)


def _same_person(one: PatientDetails, other: PatientDetails) -> bool:
    names = (plain(one.last_name), plain(one.first_name), one.birth_date)
    return names == (plain(other.last_name), plain(other.first_name), other.birth_date)


def _survivor(states: Mapping[UUID, patients.Patient], identifier: UUID) -> UUID | None:
    """Follow merges to their end; two records merged into each other at once stay themselves."""
    seen: list[UUID] = []
    following: UUID | None = identifier
    while following is not None and following in states:
        if following in seen:
            return identifier
        seen.append(following)
        following = states[following].merged_into
    return seen[-1] if seen else None


class Register:
    """The use cases of the register."""

    def __init__(self, log: EventLog, keys: KeyRing, lookups: Lookups, clock: Clock) -> None:
        self._log, self._keys, self._lookups, self._clock = log, keys, lookups, clock

    def establishment(self, context: Context, details: EstablishmentDetails) -> Done[Registered]:
        """Enter or correct an establishment."""
        identifier = establishment_id(self._keys, details.tpp_number)

        def decision() -> Decided[Registered]:
            streams = Streams(self._log, [identifier])
            state = establishments.fold(streams.events(identifier))
            happened = establishments.register(state, details)
            return Decided([streams.change(identifier, happened)], Registered(identifier, state is None))

        return decide(self._log, context, decision)

    def provider(
        self, context: Context, details: ProviderDetails, activity: Sequence[tuple[Date, Date | None]] = ()
    ) -> Done[Registered]:
        """Enter or correct a provider."""
        identifier = provider_id(self._keys, details.nihii)

        def decision() -> Decided[Registered]:
            streams = Streams(self._log, [identifier])
            state = providers.fold(streams.events(identifier))
            happened = providers.register(state, details, activity)
            return Decided([streams.change(identifier, happened)], Registered(identifier, state is None))

        return decide(self._log, context, decision)

    def activity(self, context: Context, who: UUID, valid_from: Date, valid_to: Date | None = None) -> Done[Registered]:
        """Record when the number of a known provider is active, whatever became of the details."""

        def decision() -> Decided[Registered]:
            streams = Streams(self._log, [who])
            state = providers.fold(streams.events(who))
            if state is None:
                raise NotFound("provider_unknown", "There is no such provider; register it first.")
            happened = providers.register(state, state.details, [(valid_from, valid_to)])
            return Decided([streams.change(who, happened)], Registered(who, is_new=False))

        return decide(self._log, context, decision)

    def join(
        self, context: Context, where: UUID, who: UUID, valid_from: Date, valid_to: Date | None = None
    ) -> Done[Registered]:
        """Record that a provider works in an establishment."""

        def decision() -> Decided[Registered]:
            streams = Streams(self._log, [where, who])
            state = self._establishment(streams, where)
            if providers.fold(streams.events(who)) is None:
                raise NotFound("provider_unknown", "There is no such provider; register it first.")
            happened = establishments.join(state, who, valid_from, valid_to)
            return Decided([streams.change(where, happened)], Registered(who, bool(happened)))

        return decide(self._log, context, decision)

    def leave(self, context: Context, where: UUID, who: UUID, valid_to: Date) -> Done[Registered]:
        """End a membership."""

        def decision() -> Decided[Registered]:
            streams = Streams(self._log, [where])
            happened = establishments.leave(self._establishment(streams, where), who, valid_to)
            return Decided([streams.change(where, happened)], Registered(who, is_new=False))

        return decide(self._log, context, decision)

    def patient(
        self,
        context: Context,
        where: UUID,
        ssin: str,
        affiliation_number: str,
        details: PatientDetails,
        periods: Sequence[Insurability] = (),
    ) -> Done[Registered]:
        """Enter or correct a patient; a second record of the same person is entered and warned about."""
        number = ssin or affiliation_number
        blind = number_blind(self._keys, where, number)
        mark = likeness(self._keys, where, details)

        def decision() -> Decided[Registered]:
            streams = Streams(self._log, [where])
            self._establishment(streams, where)
            bearer = self._lookups.patients_by_number(where, [blind]).get(blind)
            identifier = self._record_of(streams, where, number, bearer, details)
            state = patients.fold(streams.events(identifier))
            happened = patients.register(state, where, ssin, affiliation_number, details)
            after = patients.fold([*streams.events(identifier), *happened])
            for period in periods:
                if after is not None:
                    insured = patients.insure(after, period)
                    happened += insured
                    after = patients.fold([*streams.events(identifier), *happened])
            twins = tuple(twin for twin in self._lookups.patients_alike(where, mark) if twin != identifier)
            warnings = ("patient_looks_known",) if twins else ()
            if bearer not in (None, identifier):
                warnings = (*warnings, "number_of_another_record")
                twins = tuple(dict.fromkeys([*twins, *([bearer] if bearer else [])]))
            return Decided(
                [streams.change(identifier, happened)], Registered(identifier, state is None, warnings, twins)
            )

        return decide(self._log, context, decision)

    def _record_of(
        self, streams: Streams, where: UUID, number: str, bearer: UUID | None, details: PatientDetails
    ) -> UUID:
        """The record that bears the number, or bore it once and is of the same person by name and birth date."""
        if bearer is not None:
            streams.also([bearer])
            state = patients.fold(streams.events(bearer))
            if state and (_bears(state, number) or _same_person(state.details, details)):
                return bearer
        for nth in range(1, _MOST_RECORDS + 1):
            again = () if nth == 1 else (str(nth),)
            identifier = self._keys.keyed_id("patient", str(where), number, *again)
            streams.also([identifier])
            state = patients.fold(streams.events(identifier))
            if state is None or _bears(state, number):
                return identifier
        raise NotAllowed("records_exhausted", "This number was registered and erased too often.")

    def correct_patient(self, context: Context, who: UUID, details: PatientDetails) -> Done[Registered]:
        """Give a known patient the right details, whatever became of the number."""

        def decision() -> Decided[Registered]:
            streams = Streams(self._log, [who])
            state = self._patient(streams, who)
            happened = patients.correct(state, details)
            alike = self._lookups.patients_alike(
                state.establishment_id, likeness(self._keys, state.establishment_id, details)
            )
            twins = tuple(twin for twin in alike if twin != who)
            warnings = ("patient_looks_known",) if twins else ()
            return Decided([streams.change(who, happened)], Registered(who, False, warnings, twins))

        return decide(self._log, context, decision)

    def insure(self, context: Context, who: UUID, periods: Sequence[Insurability]) -> Done[Registered]:
        """Record periods of insurability."""

        def decision() -> Decided[Registered]:
            streams = Streams(self._log, [who])
            state = self._patient(streams, who)
            happened = [event for period in periods for event in patients.insure(state, period)]
            return Decided([streams.change(who, happened)], Registered(who, is_new=False))

        return decide(self._log, context, decision)

    def confirm_insurability(self, context: Context, who: UUID, day: Date) -> Done[Registered]:
        """Record that the insurer was asked about a day again, and told what is recorded."""

        def decision() -> Decided[Registered]:
            streams = Streams(self._log, [who])
            happened = patients.confirm_insurability(self._patient(streams, who), day)
            return Decided([streams.change(who, happened)], Registered(who, is_new=False))

        return decide(self._log, context, decision)

    def authorise(self, context: Context, who: UUID, given: Authorisation) -> Done[Registered]:
        """Record what an insurer allowed or was told of."""

        def decision() -> Decided[Registered]:
            streams = Streams(self._log, [who])
            happened = patients.authorise(self._patient(streams, who), given)
            return Decided([streams.change(who, happened)], Registered(who, is_new=False))

        return decide(self._log, context, decision)

    def withdraw_authorisation(self, context: Context, who: UUID, kind: Kind, valid_from: Date) -> Done[Registered]:
        """Take an authorisation back."""

        def decision() -> Decided[Registered]:
            streams = Streams(self._log, [who])
            happened = patients.withdraw_authorisation(self._patient(streams, who), kind, valid_from)
            return Decided([streams.change(who, happened)], Registered(who, is_new=False))

        return decide(self._log, context, decision)

    def notify(self, context: Context, who: UUID, told: Notification) -> Done[Registered]:
        """Record how an insurer was told of an authorisation."""
        today = local_date(self._clock.now())

        def decision() -> Decided[Registered]:
            streams = Streams(self._log, [who])
            happened = patients.notify(self._patient(streams, who), told, today)
            return Decided([streams.change(who, happened)], Registered(who, is_new=False))

        return decide(self._log, context, decision)

    def withdraw_notification(self, context: Context, who: UUID, kind: Kind, valid_from: Date) -> Done[Registered]:
        """Take that back."""

        def decision() -> Decided[Registered]:
            streams = Streams(self._log, [who])
            happened = patients.withdraw_notification(self._patient(streams, who), kind, valid_from)
            return Decided([streams.change(who, happened)], Registered(who, is_new=False))

        return decide(self._log, context, decision)

    def replace_number(self, context: Context, who: UUID, ssin: str) -> Done[Registered]:
        """Take over a changed national number; a number of another record is refused by a warning to merge."""

        def decision() -> Decided[Registered]:
            streams = Streams(self._log, [who])
            state = self._patient(streams, who)
            blind = number_blind(self._keys, state.establishment_id, ssin)
            owner = self._lookups.patients_by_number(state.establishment_id, [blind]).get(blind, who)
            happened = patients.replace_number(state, ssin)
            alike = () if owner == who else (owner,)
            warnings = ("number_of_another_record",) if alike else ()
            return Decided([streams.change(who, happened)], Registered(who, False, warnings, alike))

        return decide(self._log, context, decision)

    def merge(self, context: Context, who: UUID, survivor: UUID) -> Done[Registered]:
        """Declare two records one person."""

        def decision() -> Decided[Registered]:
            if who == survivor:
                raise NotAllowed("not_mergeable", "Only two different records of one establishment are merged.")
            streams = Streams(self._log, [who, survivor])
            happened = patients.merge(self._patient(streams, who), survivor, self._patient(streams, survivor))
            return Decided([streams.change(who, happened)], Registered(survivor, is_new=False))

        return decide(self._log, context, decision)

    def unmerge(self, context: Context, who: UUID) -> Done[Registered]:
        """Take a merge back."""

        def decision() -> Decided[Registered]:
            streams = Streams(self._log, [who])
            happened = patients.unmerge(self._patient(streams, who))
            return Decided([streams.change(who, happened)], Registered(who, is_new=False))

        return decide(self._log, context, decision)

    def erase(self, context: Context, who: UUID) -> Done[Registered]:
        """Destroy a patient's key for good, and those of records merged into it: first the event, then the key.

        The answer is kept last: a request that was cut in between is carried through when it is repeated.
        """

        def decision() -> Decided[Registered]:
            streams = Streams(self._log, everybody)
            changes = [streams.change(one, patients.erase(self._patient(streams, one))) for one in everybody]
            return Decided(changes, Registered(who, is_new=False))

        everybody = [who, *self._lookups.merged_into(who)]
        done = decide(self._log, replace(context, keeper=None), decision)
        for one in everybody:
            self._keys.erase(one)
        plain = Context(context.meta, context.keeper)
        return Done(decide(self._log, plain, lambda: Decided([], done.result)).result, done.position)

    def _establishment(self, streams: Streams, where: UUID) -> establishments.Establishment:
        state = establishments.fold(streams.events(where))
        if state is None:
            raise NotFound("establishment_unknown", "There is no such establishment; register it first.")
        return state

    def _patient(self, streams: Streams, who: UUID) -> patients.Patient:
        state = patients.fold(streams.events(who))
        if state is None:
            raise NotFound("patient_unknown", "There is no such patient; register it first.")
        return state
