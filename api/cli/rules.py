"""`quittance rule`: what decides by itself, tried before it is switched on; and `quittance apply-rules`."""

from dataclasses import asdict
from typing import Annotated

import typer

from api.cli.console import AsJson, Reason, Where, context, establishment, working
from api.cli.corrections import show_corrected
from api.cli.ids import identifier_of
from api.cli.instants import AsOf, position
from api.cli.voice import NOTHING, Voice
from application.rule_trial import Trial
from domain import correction_rule as rules
from projections.correction_rules import applications, correction_rules

app = typer.Typer(no_args_is_help=True, help="Rules that decide by themselves: list, try, on, off, take back.")

Codes = Annotated[list[str], typer.Argument(help="Root codes of the refusal.")]
RuleDecision = Annotated[str, typer.Option("--decision", help="rebill or justified.")]
Union = Annotated[str, typer.Option(help="Of one national union.")]
AfterCure = Annotated[bool, typer.Option("--after-cure", help="Only days of which the cure is seen.")]
RuleId = Annotated[str, typer.Argument(help="Id of the rule.")]


@app.command("list")
def list_rules(where: Where = "", as_of: AsOf = "", as_json: AsJson = False) -> None:
    """Rules, on and off, and what they decided step by step."""
    with working(as_json=as_json) as (quittance, voice):
        scope, at = (establishment(quittance, where),), position(quittance, as_of)
        with quittance.store.database.snapshot() as sql:
            known, steps = correction_rules(sql, scope, at), applications(sql, scope, at)
        if as_json:
            voice.json({"rules": known, "applications": steps})
            return
        heads = ("codes", "union", "decision", "after_cure", "status", "id")
        voice.table(
            [(f"column.{head}", False) for head in heads],
            [
                (
                    row["codes"],
                    row["national_union"] or NOTHING,
                    voice.code("decision", row["decision"]),
                    voice.label("rule.after_cure") if row["is_after_cure"] else NOTHING,
                    voice.label("rule.on" if row["is_on"] else "rule.off"),
                    row["rule_id"],
                )
                for row in known
            ],
        )
        for step in steps:
            voice.say("rule.step", **asdict(step) | {"amount": voice.money(step.cents)})


@app.command("try")
def try_rule(
    codes: Codes,
    rule_decision: RuleDecision = "rebill",
    union: Union = "",
    after_cure: AfterCure = False,
    where: Where = "",
    as_json: AsJson = False,
) -> None:
    """What a rule would have done in the last three months, and what became of those days; writes nothing."""
    with working(as_json=as_json) as (quittance, voice):
        spec = rules.specified(codes, rule_decision, union, is_after_cure=after_cure)
        found = quittance.rules.try_out(establishment(quittance, where), spec)
        if as_json:
            voice.json(found)
            return
        _show(voice, found)


@app.command("on")
def switch_on(
    codes: Codes,
    seen: Annotated[str, typer.Option("--seen", help="What `rule try` printed last.")],
    rule_decision: RuleDecision = "rebill",
    union: Union = "",
    after_cure: AfterCure = False,
    where: Where = "",
    reason: Reason = "",
    as_json: AsJson = False,
) -> None:
    """Let a rule decide from the next settlement on, as it was tried."""
    with working(as_json=as_json) as (quittance, voice):
        here = establishment(quittance, where)
        spec = rules.specified(codes, rule_decision, union, reason, is_after_cure=after_cure)
        rule_id = quittance.rules.switch_on(context(reason, here), here, spec, seen).result
        if as_json:
            voice.json({"rule_id": rule_id})
            return
        voice.say("rule.switched_on", id=rule_id)


@app.command("off")
def switch_off(rule_id: RuleId, where: Where = "", reason: Reason = "", as_json: AsJson = False) -> None:
    """Let a rule decide no more; what it decided stands."""
    with working(as_json=as_json) as (quittance, voice):
        here = establishment(quittance, where)
        switched = quittance.rules.switch_off(context(reason, here), here, identifier_of(rule_id)).result
        if as_json:
            voice.json({"rule_id": switched})
            return
        voice.say("rule.switched_off", id=switched)


@app.command("take-back")
def take_back(
    rule_id: RuleId,
    application: Annotated[str, typer.Argument(help="Name of the step, as `rule list` prints it.")],
    where: Where = "",
    reason: Reason = "",
    as_json: AsJson = False,
) -> None:
    """Take back all that a rule decided in one step and no run took up yet."""
    with working(as_json=as_json) as (quittance, voice):
        here = establishment(quittance, where)
        done = quittance.rules.take_back(context(reason, here), here, identifier_of(rule_id), application)
        show_corrected(voice, done.result, "correction.restored")


def apply_rules(where: Where = "", as_json: AsJson = False) -> None:
    """Let the rules that are on decide about what waits now."""
    with working(as_json=as_json) as (quittance, voice):
        here = establishment(quittance, where)
        applied = quittance.rules.apply(context(about=here), here).result
        if as_json:
            voice.json(applied)
            return
        for one in applied:
            voice.say("rule.applied", id=one.rule_id, application=one.application)
            show_corrected(voice, one.corrected, "correction.decided")
        if not applied:
            voice.say("rule.nothing")


def _show(voice: Voice, found: Trial) -> None:
    voice.say("rule.tried", since=found.since, until=found.until, days=found.days, amount=voice.money(found.cents))
    for one in found.became:
        decided, came = voice.code("decision", one.decision), voice.code("rule_outcome", one.outcome)
        voice.say("rule.became", decision=decided, outcome=came, days=one.days, amount=voice.money(one.cents))
    voice.say("rule.seen", sha256=found.sha256)
