"""Who made a change, and the text of it that the history keeps."""

import pytest

from bridge.store.models import READS_SHEET, ActorKind
from task_api.actor import PAGE, TOKEN, Actor


@pytest.mark.parametrize("kind", [TOKEN, PAGE])
def test_the_bridge_knows_whoever_calls_the_api(kind):
    assert ActorKind(kind) not in READS_SHEET


@pytest.mark.parametrize("kind", ActorKind)
@pytest.mark.parametrize("name", ["leads", "12 token:ci", ""])
def test_an_actor_is_read_back_from_its_text(kind, name):
    assert Actor.read(str(Actor(kind, name))) == (kind, name)
