"""The end of a trial: judgements, queries, the frozen plan, the lock, the opening of the arms."""

from __future__ import annotations

from functools import lru_cache

from equipoise.analysis.plan import plan_digest
from equipoise.simulation.world import World
from equipoise.study.study import Study


def close(world: World, seed: int) -> None:
    """Judges what waits, answers what is open, freezes, locks, opens."""
    for subject in world.subjects:
        for reference in sorted(subject.state.pending):
            verdict = (
                "intercurrent_event" if reference.startswith(("stop", "death")) else "no_intercurrent_event"
            )
            world.must("adjudicate", subject, data={"what": reference, "verdict": verdict})
        for query in list(subject.state.queries.values()):
            if query.state == "open":
                world.must("answer_query", subject, data={"query": query.id, "text": "Checked: correct."})
            if query.state != "closed":
                world.must("close_query", subject, data={"query": query.id, "text": ""})
    world.must("freeze_analysis", data={"plan": _plan(world.study), "seed": str(seed)})
    world.must("lock_trial")
    world.must("unblind_trial", data={"to": ["statistician-00"]})


@lru_cache(maxsize=16)
def _plan(study: Study) -> str:
    """The digest of the plan, which every trial of a study has."""
    return plan_digest(study)
