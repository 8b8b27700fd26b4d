"""The protections that `make mutate` removes, one module for each room that has many of them."""

from tests.prove.mutations import core, inbound, rooms, script, sync, worker

MUTATIONS = (
    *script.MUTATIONS,
    *inbound.MUTATIONS,
    *core.MUTATIONS,
    *sync.MUTATIONS,
    *worker.MUTATIONS,
    *rooms.MUTATIONS,
)
