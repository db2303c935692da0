"""Rules that decide about refused days by themselves: tried on what came in, then run behind each settlement."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date as Date
from typing import Protocol
from uuid import UUID, uuid4

from application.bill import Billing
from application.commit import Decided, Done, Streams, decide
from application.corrections import MOST_DAYS, Corrected, Corrections
from application.one_by_one import one_by_one
from application.ports import ConcurrencyConflict, Context, EventLog, Meta
from application.rule_trial import Refused, Trial, matching, trial
from domain import billing_day as days
from domain import correction_rule as rules
from domain.correction_rule import BY_RULE, Rule, RuleSpec
from domain.day_events import CorrectionDecided
from domain.errors import DomainError, NotAllowed, NotFound
from domain.rules.limits import add_months

LOG = logging.getLogger("quittance.rules")
TRIED_MONTHS = 3
_NOT_CURED = ("not_cured_", "correction_")
_CAUSE = "rules:"


class RuleFacts(Protocol):
    """What the views tell rules; the log decides afterwards."""

    def establishment_ids(self) -> list[UUID]:
        """All that are registered."""

    def refused_since(self, establishment_id: UUID, since: Date) -> list[Refused]:
        """What was refused from a day on, the earliest first."""

    def undecided(self, establishment_id: UUID) -> list[Refused]:
        """What nobody decided about, the earliest first."""

    def rules_on(self, establishment_id: UUID) -> list[UUID]:
        """Rules that decide now."""

    def days_of_application(self, establishment_id: UUID, rule_id: UUID, application: str) -> list[UUID]:
        """Days whose decision is still the one that the rule took in that step."""


@dataclass(frozen=True, slots=True)
class Applied:
    """What one rule did in one step. `application` names it: all of its days can be taken back together."""

    rule_id: UUID
    application: str
    corrected: Corrected


class CorrectionRules:
    """The use cases. `where`: the establishment that the caller may act in; a rule of another one is absent."""

    def __init__(self, log: EventLog, facts: RuleFacts, corrections: Corrections, billing: Billing) -> None:
        self._log, self._facts, self._corrections, self._billing = log, facts, corrections, billing

    def try_out(self, where: UUID, spec: RuleSpec) -> Trial:
        """What the rule would have done in the last three months, and what became of those days; writes nothing."""
        until = self._billing.today()
        since = add_months(until.replace(day=1), -TRIED_MONTHS)
        return trial(where, spec, since, until, self._facts.refused_since(where, since))

    def switch_on(self, context: Context, where: UUID, spec: RuleSpec, seen: str) -> Done[UUID]:
        """Let it decide from the next settlement on. `seen`: hash of the trial that the caller looked at.

        Raises `NotAllowed` when another trial would be seen now.
        """
        identifier = rules.rule_id(where, spec)

        def decision() -> Decided[UUID]:
            streams = Streams(self._log, [identifier])
            happened = rules.switch_on(rules.fold(streams.events(identifier)), where, spec, seen)
            if self.try_out(where, spec).sha256 != seen:
                raise NotAllowed("rule_trial_changed", "Something changed since: look at what the rule would do again.")
            return Decided([streams.change(identifier, happened)], identifier)

        return decide(self._log, context, decision)

    def switch_off(self, context: Context, where: UUID, rule_id: UUID) -> Done[UUID]:
        """Let it decide no more."""
        self.rule(where, rule_id)

        def decision() -> Decided[UUID]:
            streams = Streams(self._log, [rule_id])
            happened = rules.switch_off(rules.fold(streams.events(rule_id)))
            return Decided([streams.change(rule_id, happened)], rule_id)

        return decide(self._log, context, decision)

    def rule(self, where: UUID, rule_id: UUID) -> Rule:
        """As it stands. Raises `NotFound`."""
        state = rules.fold(self._log.load([rule_id]).get(rule_id, []))
        if state is None or state.establishment_id != where:
            raise NotFound("rule_unknown", "There is no such rule.")
        return state

    def apply(self, context: Context, where: UUID) -> Done[tuple[Applied, ...]]:
        """Let each rule that is on decide about what waits. Rules that find nothing are not told."""
        cause = f"{_CAUSE}{context.meta.cause or context.meta.command_id or uuid4().hex}"
        done = [self._apply(context.meta, where, rule_id, cause) for rule_id in self._facts.rules_on(where)]
        told = tuple(one for one in done if one)
        return decide(self._log, context, lambda: Decided([], told))

    def take_back(self, context: Context, where: UUID, rule_id: UUID, application: str) -> Done[Corrected]:
        """Restore all days of one step, as far as no run took them up. Raises `NotFound` when there are none."""
        self.rule(where, rule_id)
        day_ids = self._facts.days_of_application(where, rule_id, application)
        if not day_ids:
            raise NotFound("rule_application_unknown", "Nothing stands of what the rule did in that step.")
        return self._corrections.restore(context, where, day_ids)

    def after_settlement(self, context: Context, where: UUID) -> None:
        """The same as `apply`; what stands in its way waits for the next settlement or for whoever asks."""
        try:
            self.apply(context, where)
        except (DomainError, ConcurrencyConflict) as refused:
            LOG.warning("rules not applied: %s", getattr(refused, "code", "busy"))

    def resume(self) -> None:
        """What a settlement left undone when the service was stopped behind its commit."""
        with one_by_one() as each:
            for where in self._facts.establishment_ids():
                with each():
                    self.after_settlement(Context(Meta(actor="rule")), where)

    def _apply(self, meta: Meta, where: UUID, rule_id: UUID, cause: str) -> Applied | None:
        spec = self.rule(where, rule_id).spec
        waiting = [found.day_id for found in matching(spec, self._facts.undecided(where), by_day=True)]
        day_ids = self._cured(where, waiting[:MOST_DAYS]) if spec.is_after_cure else waiting[:MOST_DAYS]
        if not day_ids:
            return None
        acting = replace(
            meta,
            actor=f"{BY_RULE}{rule_id}",
            on_behalf_of=None,
            reason=spec.reason,
            reason_subject=where if spec.reason else None,
            cause=cause,
        )
        done = self._corrections.decide(Context(acting), where, day_ids, spec.decision, is_first=True).result
        return Applied(rule_id, cause, done) if done.day_ids else None

    def _cured(self, where: UUID, day_ids: Sequence[UUID]) -> list[UUID]:
        """Days that would go if they were billed again now, as far as the cure of their refusal is concerned."""
        decided = CorrectionDecided("rebill")
        found = {day_id: days.fold([*events, decided]) for day_id, events in self._log.load(day_ids).items()}
        held = self._billing.held_back_if(where, {day_id: day for day_id, day in found.items() if day})
        return [one for one in day_ids if not any(code.startswith(_NOT_CURED) for code in held.get(one, ()))]
