"""What must be settled before what: an order in which each thing follows those that it needs."""

from __future__ import annotations

from collections.abc import Mapping


def ordered(needs: Mapping[str, frozenset[str]]) -> tuple[list[str], list[str]]:
    """The names in an order that respects their needs, and those that stand in or behind a circle.

    needs: for each name the names that must come first; names that are no keys do not count.
    """
    order: list[str] = []
    done: set[str] = set()
    waiting = {name: before & set(needs) for name, before in needs.items()}
    while ready := [name for name, before in waiting.items() if before <= done]:
        order.extend(ready)
        done.update(ready)
        for name in ready:
            del waiting[name]
    return order, sorted(waiting)
