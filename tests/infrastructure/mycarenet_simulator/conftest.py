import pytest

from tests.infrastructure.mycarenet_simulator.world import World


@pytest.fixture
def world(tmp_path):
    made = World(tmp_path / "simulator")
    yield made
    made.close()
