"""Whose care a caller may change: everybody's, or that of the provider alone that the caller is."""

from collections.abc import Iterable

from application.access import Caller
from application.ports import KeyRing
from application.register import provider_id
from domain.care import Care
from domain.errors import NotAllowed


def check_own(by: Caller, keys: KeyRing, cares: Iterable[Care]) -> None:
    """Raises `NotAllowed` for care of another provider than the caller."""
    if not all(is_own(by, keys, care) for care in cares):
        raise NotAllowed("care_not_own", "This care is of another provider than you.", field="provider")


def is_own(by: Caller, keys: KeyRing, care: Care) -> bool:
    """Whether a line is the caller's to change."""
    return by.may_change_care_of(provider_id(keys, care.provider))
