"""The states of audits in the database: who gets one, who loses it, and that no change is made twice."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from service.accept import KeyReusedError, Order, accept
from service.database import Database, migrate
from service.jobs import Failure, Job, State, Upload
from service.store import Store, Tally
from service.tables import Audit, now

FAR = 3600.0
PAST = -1.0


@pytest.fixture
def store(tmp_path: Path) -> Store:
    url = f"sqlite:///{tmp_path / 'db.sqlite'}"
    migrate(url)
    return Store(Database(url))


def order(name: str = "a", owner: str = "", key: str | None = None, options: str = "{}") -> Order:
    return Order(owner, Upload(f"uploads/{name}", name, name * 64, 1), None, options, "rules", key)


def queued(store: Store, name: str = "a") -> Audit:
    return accept(store.database, order(name))[0]


def claimed(store: Store, worker: str = "w", lease: float = FAR) -> Job:
    job = store.claim(worker, lease)
    assert job is not None
    return job


def state(store: Store, audit: str) -> str:
    found = store.get(audit)
    assert found is not None
    return found.state


def test_the_migration_makes_the_tables_that_the_models_say(store: Store) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    from service.tables import Base

    with store.database.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []


def test_the_oldest_first_and_each_once(store: Store) -> None:
    made = [queued(store, name).id for name in "abc"]
    assert [claimed(store).id for _ in range(3)] == made
    assert store.claim("w", FAR) is None


def test_many_that_claim_at_once_get_different_audits(store: Store) -> None:
    made = {queued(store, f"{at:x}").id for at in range(16)}
    with ThreadPoolExecutor(8) as pool:
        jobs = list(pool.map(lambda at: claimed(store, f"w{at}").id, range(16)))
    assert sorted(jobs) == sorted(made)


def test_only_its_worker_ends_an_audit_and_only_once(store: Store) -> None:
    queued(store)
    job = claimed(store, "mine")
    assert not store.finish(job, "other", Tally())
    assert store.finish(job, "mine", Tally(errors=1))
    assert not store.fail(job, "mine", Failure("crash", "later"))
    assert state(store, job.id) == State.DONE


def test_who_gives_no_sign_of_life_loses_an_audit(store: Store) -> None:
    queued(store)
    job = claimed(store, "lost", PAST)
    assert store.recover(3) == [job.id]
    again = claimed(store, "new")
    assert again.attempts == 2
    assert not store.finish(job, "lost", Tally())
    assert store.finish(again, "new", Tally())


def test_a_sign_of_life_keeps_what_is_worked_at_and_nothing_else(store: Store) -> None:
    queued(store, "a")
    queued(store, "b")
    first, second = claimed(store, "w", PAST), claimed(store, "w", PAST)
    store.beat("w", FAR, (first.id,))
    assert store.recover(3) == [second.id]


def test_after_some_attempts_an_audit_fails_with_a_reason(store: Store) -> None:
    audit = queued(store).id
    for _ in range(2):
        claimed(store, "w", PAST)
        assert store.recover(3) == [audit]
    claimed(store, "w", PAST)
    assert store.recover(3) == []
    found = store.get(audit)
    assert found is not None
    assert (found.state, found.reason) == (State.FAILED, "worker-lost")


def test_a_worker_that_stops_in_order_uses_up_no_attempt(store: Store) -> None:
    queued(store)
    claimed(store, "w")
    store.release("w")
    assert claimed(store, "w").attempts == 1


def test_what_is_deleted_while_it_runs_ends_nowhere(store: Store) -> None:
    queued(store)
    job = claimed(store, "w")
    assert store.delete(job.id) is not None
    assert store.delete(job.id) is None
    assert store.get(job.id) is None
    assert not store.finish(job, "w", Tally())
    assert store.get(job.id) is None
    assert store.states([job.id])[job.id][0] is State.CANCELLED


def test_reports_expire_and_are_forgotten_in_the_end(store: Store) -> None:
    job = queued(store)
    store.finish(claimed(store, "w"), "w", Tally())
    assert store.expire(now() - 1_000_000) == []
    (expired,) = store.expire(now() + 1)
    assert expired.id == job.id
    assert state(store, job.id) == State.EXPIRED
    assert store.known([expired.report]) == set()
    store.purge(now() + 1)
    assert store.get(job.id) is None


def test_an_earlier_report_serves_its_owner_only(store: Store) -> None:
    accept(store.database, order(owner="one"))
    store.finish(claimed(store, "w"), "w", Tally(warnings=2))
    same, other = accept(store.database, order(owner="one"))[0], accept(store.database, order(owner="two"))[0]
    assert (same.state, same.cached, same.warnings) == (State.DONE, True, 2)
    assert (other.state, other.cached) == (State.QUEUED, False)


def test_a_key_stands_for_one_order_of_one_owner(store: Store) -> None:
    first, fresh = accept(store.database, order(key="k"))
    again, repeated = accept(store.database, order(key="k"))
    assert (fresh, repeated) == (True, False)
    assert first.id == again.id
    with pytest.raises(KeyReusedError):
        accept(store.database, order("b", key="k"))
    assert accept(store.database, order("b", owner="other", key="k"))[1]


def test_many_with_one_key_at_once_make_one_audit(store: Store) -> None:
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: accept(store.database, order(key="k"))[0].id, range(16)))
    assert len(set(made)) == 1


def test_a_queue_is_full_from_its_limit_on(store: Store) -> None:
    queued(store, "a")
    assert not store.full(2)
    queued(store, "b")
    assert store.full(2)
