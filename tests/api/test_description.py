"""The description is true: every example runs, every answer has its declared shape, every operation is in the story."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

from tests.api.scenario import NOT_IN_THE_STORY, Story
from tests.api.service import Service
from tests.stores import SteppedClock


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    with Service.open("sqlite", tmp_path, SteppedClock()) as service:
        yield Story(service)


def test_every_example_runs_in_the_order_of_a_story(story: Story) -> None:
    story.tell()
    assert {step.operation for step in story.steps} | NOT_IN_THE_STORY == set(story.routes)


def test_every_body_has_an_example(story: Story) -> None:
    for operation, route in story.routes.items():
        if route.body_field is not None:
            assert story.example(operation), operation


def test_every_answer_has_its_declared_shape(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    checked = set()
    run = story.run

    def checking(operation: str, **options: Any) -> Any:
        answer = run(operation, **options)
        model = story.routes[operation].response_model
        if model is not None and answer.headers["content-type"] == "application/json":
            adapter = TypeAdapter(model)
            declared = adapter.json_schema()
            assert set(answer.json()) <= set(declared.get("properties", answer.json())), operation
            assert set(declared.get("required", ())) <= set(answer.json()), operation
            adapter.validate_json(answer.content)
            checked.add(operation)
        return answer

    monkeypatch.setattr(story, "run", checking)
    story.tell()
    assert len(checked) > 50


def test_every_operation_is_described_and_named_once(story: Story) -> None:
    operations = [
        operation
        for path in story.described["paths"].values()
        for operation in path.values()
        if isinstance(operation, dict)
    ]
    names = [operation["operationId"] for operation in operations]
    assert len(set(names)) == len(names)
    assert all(operation["description"] for operation in operations)
    assert all("4XX" in operation["responses"] for operation in operations if operation.get("security") != [])
