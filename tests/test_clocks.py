from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from minutebook.clocks import (
    ClockSample,
    Stamps,
    find_meetings,
    find_names,
    find_records,
    find_services,
    hash_texts,
    samples,
    settle_clocks,
)
from minutebook.events import make_table

START = 1_795_424_400_000_000


def make_source(
    name: str,
    ids: range,
    ahead_s: float,
    *,
    layer: str = "app",
    service: str | None = None,
    seed: int = 0,
):  # type: ignore[no-untyped-def]
    rng = np.random.default_rng(seed)
    times = START + np.array(ids) * 50_000 + int(ahead_s * 1e6) + rng.integers(0, 20_000, len(ids))
    return make_table(
        {
            "time": pa.array(times).cast(pa.timestamp("us", "UTC")), "trace": [f"r{i:08x}" for i in ids],
            "source": name, "layer": layer, "service": service, "operation": "GET /a",
        },
        len(ids),
    )  # fmt: skip


def find(*tables: pa.Table) -> pd.DataFrame:
    sample = ClockSample()
    for table in tables:
        sample.add(table)
    return find_records(sample, lambda function: [function(table) for table in tables])


def settle(*tables, zoneless=(), stamps=None, **more):  # type: ignore[no-untyped-def]
    """The clocks of the tables' sources, of which ``stamps`` says more than whether they lack a zone."""
    names = [table.column("source")[0].as_py() for table in tables]
    plain = {name: Stamps(is_zoneless=name in zoneless) for name in names}
    return settle_clocks(find(*tables), {**plain, **(stamps or {})}, **more)


@pytest.mark.parametrize("zone_s", [-18000, 19800, 0, 45900])
def test_the_zone_of_a_zoneless_source_follows_from_shared_ids(zone_s: int) -> None:
    clocks = settle(
        make_source("edge", range(500), 0, layer="proxy"),
        make_source("web", range(200, 500), zone_s, seed=1),
        zoneless={"web"},
    )
    assert clocks["web"].zone_shift_s == zone_s
    assert clocks["web"].zone_basis.startswith("inferred: 300 ids shared with edge")
    assert abs(clocks["web"].offset_s) < 0.05
    assert not clocks["web"].applied


def test_a_clock_that_runs_ahead_is_found_and_the_majority_is_right() -> None:
    tables = [make_source(n, range(300), s, seed=i) for i, (n, s) in enumerate([("a", 47.0), ("b", 0.0), ("c", 0.0)])]
    clocks = settle(*tables)
    assert clocks["a"].offset_s == pytest.approx(47, abs=0.05)
    assert clocks["a"].applied
    assert clocks["a"].shift_us == pytest.approx(-47e6, abs=5e4)
    assert not clocks["b"].applied


def test_of_two_that_disagree_the_outer_layer_is_right() -> None:
    clocks = settle(
        make_source("zz-edge", range(300), 0, layer="proxy"),
        make_source("app", range(300), -30, seed=1),
    )
    assert clocks["app"].offset_s == pytest.approx(-30, abs=0.05)
    assert not clocks["zz-edge"].applied


def test_the_logs_of_a_host_have_its_clock() -> None:
    edge, app = make_source("edge.log", range(200), 0.0, layer="proxy"), make_source("web-2.app.log", range(200), 35.0)
    alone = [make_source(name, range(9000, 9001), 0.0) for name in ("web-2.access.log", "web-3.access.log")]
    places = {"web-2.app.log": "host web-2", "web-2.access.log": "host web-2", "web-3.access.log": "host web-3"}
    stamps = {name: Stamps(place=place) for name, place in places.items()}
    clocks = settle(edge, app, *alone, stamps=stamps)
    assert clocks["web-2.access.log"].shift_us == clocks["web-2.app.log"].shift_us == pytest.approx(-35e6, abs=1e6)
    assert clocks["web-2.access.log"].offset_of == "web-2.app.log"
    assert clocks["web-3.access.log"].offset_s is None
    in_folders = {name: Stamps(place="folder a") for name in places}
    assert settle(edge, app, *alone, stamps=in_folders)["web-2.access.log"].offset_s is None


def test_an_export_named_for_a_host_has_not_its_clock() -> None:
    edge, app = make_source("edge.log", range(200), 0.0, layer="proxy"), make_source("web-2.app.log", range(200), 35.0)
    alerts = make_source("web-2.alerts.json", range(9000, 9001), 0.0)
    stamps = {
        "web-2.app.log": Stamps(place="host web-2"),
        "web-2.alerts.json": Stamps(place="host web-2", is_log=False),
    }
    assert settle(edge, app, alerts, stamps=stamps)["web-2.alerts.json"].shift_us == 0


@pytest.mark.parametrize(("stated_s", "shared_s"), [(35.0, 35.0), (60.0, None)])
def test_what_the_caller_says_of_a_clock_counts_where_its_host_s_logs_have_to_agree(
    stated_s: float, shared_s: float | None
) -> None:
    edge = make_source("edge.log", range(200), 0.0, layer="proxy")
    one, other = make_source("web-2.api.log", range(200), 35.0), make_source("web-2.app.log", range(200), 35.0)
    alone = make_source("web-2.access.log", range(9000, 9001), 0.0)
    stamps = {name: Stamps(place="host web-2") for name in ("web-2.app.log", "web-2.access.log")}
    stamps["web-2.api.log"] = Stamps(place="host web-2", ahead_s=stated_s)
    clocks = settle(edge, one, other, alone, stamps=stamps)
    assert clocks["web-2.access.log"].offset_s == (shared_s and pytest.approx(shared_s, abs=0.5))
    clocks = settle(edge, one, alone, stamps=stamps, align=False)
    assert [clocks[f"web-2.{name}.log"].shift_us for name in ("api", "access")] == [-stated_s * 1e6, 0]


@pytest.mark.parametrize("ahead_s", [(3600.0,), (35.0, 0.0)])
def test_a_host_s_logs_that_disagree_or_keep_another_zone_say_nothing_of_its_clock(ahead_s: tuple[float, ...]) -> None:
    edge = make_source("edge.log", range(200), 0.0, layer="proxy")
    apps = [make_source(f"app-{number}.log", range(200), each) for number, each in enumerate(ahead_s)]
    alone = make_source("access.log", range(9000, 9001), 0.0)
    names = ["access.log", *(f"app-{number}.log" for number in range(len(apps)))]
    clocks = settle(edge, *apps, alone, stamps={name: Stamps(place="host web-2") for name in names})
    assert clocks["app-0.log"].applied
    assert clocks["access.log"].offset_s is None


def test_alignment_can_be_switched_off_and_is_still_shown() -> None:
    clocks = settle(
        make_source("a", range(300), 0, layer="proxy"),
        make_source("b", range(300), 9, seed=1),
        align=False,
    )
    assert (clocks["b"].applied, clocks["b"].shift_us) == (False, 0)
    assert clocks["b"].offset_s == pytest.approx(9, abs=0.05)


def test_stamps_cut_to_the_second_are_no_offset() -> None:
    coarse = make_source("edge", range(1000), 0, layer="proxy")
    floored = pa.array(coarse.column("time").cast(pa.int64()).to_numpy() // 1_000_000 * 1_000_000).cast(
        pa.timestamp("us", "UTC")
    )
    coarse = coarse.set_column(0, coarse.schema.field(0), floored)
    clocks = settle(coarse, make_source("app", range(1000), 0, seed=1), stamps={"edge": Stamps(resolution_s=1.0)})
    assert abs(clocks["app"].offset_s) < 0.1


def test_few_shared_ids_prove_nothing() -> None:
    clocks = settle(
        make_source("edge", range(19), 0),
        make_source("web", range(19), 3600, seed=1),
        zoneless={"web"},
    )
    assert (clocks["web"].zone, clocks["web"].zone_basis) == ("UTC", "assumed")


def test_another_source_of_the_host_tells_the_zone() -> None:
    clocks = settle(
        make_source("access", range(5), 0), make_source("error", range(900, 905), 0),
        stamps={
            "access": Stamps(place="host edge-1", offset="+0200"),
            "error": Stamps(place="host edge-1", is_zoneless=True),
        },
    )  # fmt: skip
    assert (clocks["error"].zone, clocks["error"].zone_shift_s) == ("+02:00", 7200)


def test_another_source_of_the_folder_tells_the_zone_and_utc_only_where_none_keeps_another() -> None:
    clocks = settle(
        make_source("api", range(5), 0), make_source("access", range(5), 0), make_source("error", range(900, 905), 0),
        stamps={
            "access": Stamps(place="folder web1", offset="+0200"),
            "api": Stamps(place="folder web1", offset="+00:00"),
            "error": Stamps(place="folder web1", is_zoneless=True),
        },
    )  # fmt: skip
    assert (clocks["error"].zone, clocks["error"].zone_basis) == (
        "+02:00",
        "inferred: access of the same folder states it",
    )


def make_requests(name: str, clients: range, ahead_s: float, agent: str = "", step_s: int = 20) -> pa.Table:
    """A request of each client, in turn, and one thing that all of them ask for again and again."""
    asked = [(f"203.0.113.{client}{agent}", START + client * step_s * 1_000_000, "GET /cart") for client in clients]
    asked += [
        (f"203.0.113.{client % 3}{agent}", at, "GET /") for client, (_, at, _) in zip(clients, asked, strict=True)
    ]
    return make_table(
        {
            "time": pa.array([at + int(ahead_s * 1e6) for _, at, _ in asked]).cast(pa.timestamp("us", "UTC")),
            "client": [client for client, _, _ in asked], "operation": [operation for _, _, operation in asked],
            "source": name, "kind": "request", "layer": "proxy", "status": pa.array([200] * len(asked), pa.int16()),
        },
        len(asked),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("clients", "step_s", "zone"),
    [
        (range(200), 20, "+01:00"),
        (range(185, 200), 20, "UTC"),  # too few have asked in both
        (range(200), 500, "UTC"),  # the same clients at other times: other requests
    ],
)
def test_without_shared_ids_clients_and_what_they_asked_for_tell_the_zone(
    clients: range, step_s: int, zone: str
) -> None:
    tables = [make_requests("edge", range(200), 3600.1), make_requests("web", clients, 0, " curl/8.5.0", step_s)]

    def meet(waiting):  # type: ignore[no-untyped-def]
        assert waiting == ["edge"]
        return find_meetings(lambda look: [look(table) for table in tables], waiting, 800)

    clocks = settle(*tables, zoneless={"edge"}, meet=meet)
    assert clocks["edge"].zone == zone
    assert clocks["edge"].zone_basis.startswith("inferred: 200 clients' requests" if zone != "UTC" else "assumed")


def test_an_error_log_that_says_whose_requests_failed_keeps_the_zone_of_their_access_log() -> None:
    errors = make_requests("error", range(200), 3600.1)
    errors = errors.set_column(
        errors.schema.get_field_index("kind"), "kind", pa.array(["log"] * len(errors)).dictionary_encode()
    )
    tables = [errors, make_requests("web", range(200), 0)]
    # What a log says beside its requests, on their behalf, hides none of them.
    beside = [
        errors.set_column(
            errors.schema.get_field_index("source"), "source", pa.array(["web"] * len(errors)).dictionary_encode()
        )
    ]
    for held in (tables, tables + beside):
        clocks = settle(
            *tables, zoneless={"error"}, meet=lambda waiting, held=held: find_meetings(lambda look: [look(table) for table in held], waiting, 800)
        )  # fmt: skip
        assert clocks["error"].zone == "+01:00"


def test_services_follow_from_ids_also_through_the_proxy() -> None:
    services = find_services(
        find(
            make_source("edge", range(200), 0, layer="proxy"),
            make_source("web-1", range(100), 0, service="shop"),
            make_source("web-2", range(100, 200), 0),
        )
    )
    assert services["edge"][""] == "shop"
    assert services["web-2"][""] == "shop"


@pytest.mark.parametrize(
    ("outer", "inner", "ids", "names"),
    [
        ("prod-shop-8080", "shop", range(100), {"prod-shop-8080": "shop"}),  # an ingress names what is behind it
        ("gateway", "shop", range(100), {}),  # another name, so it may be another service
        ("prod-shop-8080", "shop", range(10), {}),  # too few to tell
        ("prod-shop-8080", "shop", range(60, 160), {}),  # others are behind it, too
    ],
)
def test_a_service_has_the_name_that_it_calls_itself_by(
    outer: str, inner: str, ids: range, names: dict[str, str]
) -> None:
    sample = find(
        make_source("edge", ids, 0, layer="proxy", service=outer), make_source("web-1", range(100), 0, service=inner),
        make_source("mail-1", range(100, 160), 0, service="mail"),
    )  # fmt: skip
    assert find_names(sample) == names


def test_hashes_depend_on_the_text_alone() -> None:
    texts = ["", "a", "abc", "x" * 40, "é"]
    whole = hash_texts(pa.array(texts))
    assert len(set(whole.tolist())) == len(texts)
    assert [int(hash_texts(pa.array([t]))[0]) for t in texts] == whole.tolist()
    assert hash_texts(pa.array(["zz", *texts])[1:]).tolist() == whole.tolist()


@pytest.mark.parametrize(
    ("per_source", "hashes", "records"), [(8192, 1 << 21, 1 << 18), (512, 1 << 21, 300), (512, 700, 300)]
)
def test_the_sample_is_the_same_however_the_batches_are_cut_and_in_any_order(
    per_source: int, hashes: int, records: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(samples, "_PER_SOURCE", per_source)
    monkeypatch.setattr(samples, "_MOST_HASHES", hashes)
    monkeypatch.setattr(samples, "_MOST_RECORDS", records)
    tables = [
        make_source("edge", range(20_000), 0),
        *(make_source(f"web-{n}", range(n, 20_000, 7), 0) for n in range(5)),
    ]
    whole = find(*tables)
    cut = find(*(table[start : start + 1500] for table in reversed(tables) for start in range(0, table.num_rows, 1500)))
    pd.testing.assert_frame_equal(whole, cut)
    assert 100 < len(whole) <= records
    halves = ClockSample(), ClockSample()
    for half, own in zip(halves, (tables[:2], tables[2:]), strict=True):
        for table in own:
            half.add(table)
    halves[1].merge(halves[0])
    merged = find_records(halves[1], lambda function: [function(table) for table in tables])
    pd.testing.assert_frame_equal(whole, merged)


def test_ids_of_one_source_alone_are_no_record() -> None:
    assert find(make_source("edge", range(100), 0), make_source("web", range(100, 200), 0)).empty
    assert find(make_source("edge", range(100), 0), make_source("edge", range(100), 0)).empty
    assert set(find(make_source("edge", range(100), 0), make_source("web", range(99, 200), 0))["trace"]) == {
        "r00000063"
    }


def test_of_an_id_the_last_event_counts() -> None:
    records = find(
        make_source("edge", range(50), 0), make_source("edge", range(50), 7), make_source("web", range(50), 1)
    )
    edge = records[records["source"] == "edge"].set_index("trace")["time"]
    web = records[records["source"] == "web"].set_index("trace")["time"]
    assert len(records) == 100
    assert (edge - web).median() == pytest.approx(6e6, abs=1e4)


def test_stamps_with_a_zone_are_not_shifted_for_the_others_of_their_file() -> None:
    rows = pd.DataFrame(
        [(source, f"r{n}", 1_795_424_400_000_000 + n * 10**6 + shift, "app") for n in range(40)
         for source, shift in (("app", 3_600_000_000), ("edge", 0))],
        columns=["source", "trace", "time", "layer"],
    )  # fmt: skip
    app, edge = Stamps(is_zoneless=True), Stamps()
    assert settle_clocks(rows, {"app": app, "edge": edge})["app"].zone_shift_s == 3600
    for offset, basis in (("+0100", "assumed"), ("+0000", "inferred: others of its stamps state it")):
        mixed = replace(app, is_mixed=True, offset=offset)
        clock = settle_clocks(rows, {"app": mixed, "edge": edge})["app"]
        assert (clock.zone, clock.zone_shift_s, clock.zone_basis) == ("UTC", 0, basis)
