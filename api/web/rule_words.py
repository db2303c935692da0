"""Rules that decide by themselves, as a person reads them."""

from api.catalogue import Language, text
from domain.correction_rule import RuleSpec


def rule_name(spec: RuleSpec, language: Language) -> str:
    """Codes, union and what is decided."""
    union = "of_union" if spec.national_union else "any_union"
    facts = {"codes": ", ".join(spec.codes), "union": text(f"rule.{union}", language, union=spec.national_union)}
    decision = text(f"decision.{spec.decision}", language)
    if spec.is_after_cure:
        decision = f"{decision}, {text('rule.after_cure', language)}"
    return text("rule.name", language, **facts, decision=decision)
