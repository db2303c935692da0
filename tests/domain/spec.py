"""given(events).when(command).then(events): the behaviour of an aggregate, told in its own events.

days = Spec(billing_day.fold)
days.given(recorded).when(withdraw, LINE).then(LineWithdrawn(LINE))
days.given(recorded, billed).when(withdraw, LINE).refused("day_billed")
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from domain.errors import DomainError, NotAllowed

Fold = Callable[[Iterable[object]], Any]


@dataclass(frozen=True)
class When:
    """A command on a history, not yet run."""

    fold: Fold
    history: Sequence[object]
    command: Callable[[Any], list[object]]

    def then(self, *expected: object) -> Any:
        """Exactly these events happen; answers the state after them."""
        happened = self.command(self.fold(self.history))
        assert happened == list(expected)
        return self.fold([*self.history, *happened])

    def nothing(self) -> None:
        """It is allowed and changes nothing."""
        self.then()

    def state(self) -> Any:
        """The state after whatever happens."""
        return self.fold([*self.history, *self.command(self.fold(self.history))])

    def refused(self, code: str, kind: type[DomainError] = NotAllowed) -> DomainError:
        """The command is refused with this code."""
        with pytest.raises(kind) as caught:
            self.command(self.fold(self.history))
        assert type(caught.value) is kind
        assert caught.value.code == code
        assert caught.value.message
        return caught.value


@dataclass(frozen=True)
class Given:
    """What happened before."""

    fold: Fold
    history: Sequence[object]

    @property
    def state(self) -> Any:
        return self.fold(self.history)

    def when(self, command: Callable[..., list[object]], *args: Any, **named: Any) -> When:
        """`command(state, *args, **named)`."""
        return When(self.fold, self.history, lambda state: command(state, *args, **named))


@dataclass(frozen=True)
class Spec:
    """Specifications of one kind of aggregate."""

    fold: Fold

    def given(self, *history: object) -> Given:
        return Given(self.fold, history)
