"""What comes in: items for a person and imports of care."""

import pytest

from domain import inbox
from domain.errors import NotAllowed, NotFound
from domain.inbox import ImportAccepted, ImportUndone, ItemRaised, ItemSettled
from tests.domain.builders import MESSAGE, WHERE, uid
from tests.domain.spec import Spec

items, imports = Spec(inbox.fold_item), Spec(inbox.fold_import)
RAISED = ItemRaised(WHERE, "figures_disagree", MESSAGE, None, (("fund", "131"),))
ACCEPTED = ImportAccepted(WHERE, MESSAGE, (uid("day"),), 3, 0)


def test_an_item_is_settled_once():
    assert items.given(RAISED).when(inbox.settle_item).then(ItemSettled()).is_settled
    items.given(RAISED, ItemSettled()).when(inbox.settle_item).nothing()
    items.given().when(inbox.settle_item).refused("item_unknown", NotFound)


def test_an_item_raised_twice_is_one_item_and_stays_settled():
    assert items.given(RAISED, ItemSettled(), RAISED).state == items.given(RAISED, ItemSettled()).state


def test_an_import_is_undone_once():
    assert imports.given(ACCEPTED).when(inbox.undo_import).then(ImportUndone()).is_undone
    imports.given(ACCEPTED, ImportUndone()).when(inbox.undo_import).refused("import_undone", NotAllowed)
    imports.given().when(inbox.undo_import).refused("import_unknown", NotFound)


def test_an_import_undone_can_be_taken_again():
    assert not imports.given(ACCEPTED, ImportUndone(), ACCEPTED).state.is_undone


def test_the_same_bytes_are_the_same_message_in_one_establishment():
    assert inbox.message_id(WHERE, MESSAGE) == inbox.message_id(WHERE, MESSAGE)
    assert inbox.message_id(WHERE, MESSAGE) != inbox.message_id(uid("elsewhere"), MESSAGE)
    assert inbox.message_id(WHERE, MESSAGE) != inbox.import_id(WHERE, MESSAGE)


@pytest.mark.parametrize(("kind", "place"), [("figures_disagree", "1"), ("record_unmatched", "")])
def test_an_item_is_named_by_what_and_where(kind: str, place: str):
    message = inbox.message_id(WHERE, MESSAGE)
    assert inbox.item_id(message, kind, place) != inbox.item_id(message, "figures_disagree", "")
