"""Only where two logs of a kind are beside each other are events looked at for copies, and everywhere there."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from minutebook.gathering.overlaps import Overlaps, may_be_copies
from minutebook.reading.account import Account
from minutebook.sources import Source

LOGS = st.lists(
    st.tuples(
        st.sampled_from(["access", "syslog"]), st.sampled_from([None, "web-1", "web-2"]), st.integers(0, 20), st.integers(0, 6)
    ),
    max_size=8,
)  # fmt: skip


@given(LOGS)
def test_an_event_is_looked_at_where_another_log_that_may_have_a_copy_of_it_has_events(
    logs: list[tuple[str, str | None, int, int]],
) -> None:
    accounts = [
        Account(Source(f"{number}.log", None, host), format=name, first=first, last=first + length)
        for number, (name, host, first, length) in enumerate(logs)
    ]
    events = [(place, time) for place, each in enumerate(accounts) for time in range(each.first, each.last + 1)]
    wanted = [
        any(
            number != place and may_be_copies(each, accounts[place]) and each.first <= time <= each.last
            for number, each in enumerate(accounts)
        )
        for place, time in events
    ]
    overlaps = Overlaps(accounts)
    places, times = (np.array([event[which] for event in events], np.int64) for which in (0, 1))
    assert overlaps.find(places, times).tolist() == wanted
    assert bool(overlaps) == any(wanted)
    assert not overlaps.find(np.full(len(times), -1), times).any()
