"""What was decided before and what came of it, in words and counts."""

from api.catalogue import Language, text
from projections.suggestions import Suggestion, Way

_OUTCOMES = ("paid", "part", "refused", "waiting", "closed")


def in_words(suggestion: Suggestion, language: Language) -> str:
    """Every way, the most frequent first: "refacturé 14 fois, payé 12 fois, en attente 2 fois; …"."""
    return ("\u00a0; " if language == "fr" else "; ").join(_way(way, language) for way in suggestion.ways)


def _way(way: Way, language: Language) -> str:
    """Nothing comes of a refusal that was accepted: there the decision says all."""
    outcomes = () if way.decision == "justified" else _OUTCOMES
    told = [(name, count) for name in outcomes if (count := getattr(way, name))]
    counts = [_times(f"past_decision.{way.decision}", way.days, language)]
    counts += [_times(f"precedent.{name}", count, language) for name, count in told]
    return ", ".join(counts)


def _times(key: str, count: int, language: Language) -> str:
    times = "once" if count == 1 else "times"
    return text(f"precedent.{times}", language, what=text(key, language), count=count)
