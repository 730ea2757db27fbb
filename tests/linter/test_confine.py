"""Confined processes, as root and as an ordinary user: whatever the job tries is stopped, named, and the parent goes
on.
"""

from __future__ import annotations

import os
import socket
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from linter.confine import ConfinedError, ForkServer, Mode, Outcome, Policy, Reason, missing, run_child, stop
from linter.confine.layer import LayerError, active, put_on

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="confinement is only on Linux")

JOBS = "tests.linter.confined_jobs"
USERS = (None, 65534) if hasattr(os, "geteuid") and os.geteuid() == 0 else (None,)
Run = Callable[..., Outcome]


@pytest.fixture(scope="module")
def server() -> Iterator[ForkServer]:
    with ForkServer((JOBS, "linter.read.hdf5", "linter.read.weights", "h5py", "h5py.h5a", "h5py.h5l")) as running:
        yield running


@pytest.fixture(
    params=[(way, user) for way in ("child", "fork") for user in USERS], ids=lambda p: f"{p[0]}-{p[1] or 'me'}"
)
def run(request: pytest.FixtureRequest, server: ForkServer) -> Run:
    """Return a way to run a job: a fresh child or the fork server, as this user or as nobody."""
    way, user = request.param

    def runner(name: str, job: Mapping[str, Any] | None = None, **bounds: Any) -> Outcome:
        policy = Policy(**{"seconds": 20, "user": user, **bounds})
        if way == "fork":
            return server.run(f"{JOBS}:{name}", job or {}, policy)
        return run_child(f"{JOBS}:{name}", job or {}, policy)

    return runner


def refused(run: Run, name: str, job: Mapping[str, Any] | None = None, **bounds: Any) -> ConfinedError:
    """Run a job that must fail, and see that the next one works."""
    with pytest.raises(ConfinedError) as caught:
        run(name, job, **bounds)
    assert run("echo", {"still": "here"}).result["job"] == {"still": "here"}
    return caught.value


def test_work_is_done_and_every_layer_named(run: Run) -> None:
    outcome = run("echo", {"number": 1.5, "text": "hé\u202e", "list": [None, True]})
    assert outcome.result["job"] == {"number": 1.5, "text": "hé\u202e", "list": [None, True]}
    assert outcome.result["pid"] != os.getpid()
    assert [layer.removeprefix("no ").split(" (")[0].split(":")[0] for layer in outcome.layers] == [
        "rlimits",
        "network namespace",
        "new privileges",
        "landlock",
        "seccomp",
    ]
    assert not [name for name in outcome.result["environment"] if name.startswith(("PYTHON", "PATH", "AWS", "USER"))]
    assert not Path(outcome.result["home"]).exists()


def test_all_layers_are_on_where_this_kernel_has_them(run: Run) -> None:
    layers = run("echo").layers
    if lacking := missing(layers):
        pytest.skip("; ".join(lacking))
    assert active(layers, "rlimits")
    assert active(layers, "landlock")


@pytest.mark.parametrize(
    ("name", "job"),
    [
        ("read_file", {"path": "/etc/passwd"}),
        ("read_file", {"path": "/proc/1/environ"}),
        ("list_folder", {"path": "/"}),
        ("list_folder", {"path": "/etc"}),
        ("write_file", {"path": "/tmp/keras-lint-planted"}),
        ("open_socket", {"family": "AF_INET"}),
        ("open_socket", {"family": "AF_UNIX"}),
        ("execute", {}),
        ("start_program", {}),
        ("fork", {}),
        ("kill_parent", {}),
        ("raise_limit", {}),
    ],
    ids=lambda value: value if isinstance(value, str) else "-".join(map(str, value.values())),
)
def test_reaching_out_is_refused(run: Run, name: str, job: Mapping[str, Any]) -> None:
    error = refused(run, name, job)
    assert error.reason is Reason.FAILED
    assert any(word in str(error) for word in ("PermissionError", "not permitted", "not allowed")), str(error)
    assert not Path("/tmp/keras-lint-planted").exists()


@pytest.mark.skipif(os.uname().machine != "x86_64", reason="system calls are given by their numbers on x86-64")
@pytest.mark.parametrize("number", [57, 58, 101, 165, 298, 319, 321, 323, 425, 434, 41], ids=lambda n: f"call-{n}")
def test_raw_system_calls_are_refused(run: Run, number: int) -> None:
    """fork, vfork, ptrace, mount, perf_event_open, memfd_create, bpf, userfaultfd, io_uring, pidfd_open, socket."""
    error = refused(run, "raw_call", {"number": number})
    assert "[Errno 1]" in str(error), str(error)


def test_a_listening_neighbour_is_not_reached(run: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as neighbour:
        neighbour.settimeout(0.2)
        refused(run, "connect", {"port": neighbour.getsockname()[1]})
        with pytest.raises(TimeoutError):
            neighbour.accept()


def test_only_what_was_named_can_be_read(run: Run, tmp_path: Path) -> None:
    open_to_all(tmp_path)
    (tmp_path / "model").write_text("mine")
    (tmp_path / "other").write_text("not mine")
    named = {"read": (str(tmp_path / "model"),)}
    assert run("read_file", {"path": str(tmp_path / "model")}, **named).result == "mine"
    for name, job in (
        ("read_file", {"path": str(tmp_path / "other")}),
        ("list_folder", {"path": str(tmp_path)}),
        ("write_file", {"path": str(tmp_path / "model")}),
        ("write_file", {"path": str(tmp_path / "new")}),
        ("remove_file", {"path": str(tmp_path / "model")}),
        ("change_mode", {"path": str(tmp_path / "model")}),
    ):
        assert "PermissionError" in str(refused(run, name, job, **named))
    assert (tmp_path / "model").read_text() == "mine"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["model", "other"]


def open_to_all(folder: Path) -> None:
    """Let nobody, too, get to a folder of pytest's, so that only confinement can refuse."""
    for place in (folder, *folder.parents):
        if place.stat().st_uid == os.geteuid() and len(place.parts) > 2:
            place.chmod(0o755)


def test_scratch_can_be_written_within_its_bound(run: Run) -> None:
    assert run("write_scratch", {"size": 1000}, file_size=2000).result == ["note.txt"]
    assert "File too large" in str(refused(run, "write_scratch", {"size": 3000}, file_size=2000))


@pytest.mark.parametrize("size", [100 << 30, 6 << 30])
def test_allocation_past_the_address_space_fails(run: Run, size: int) -> None:
    assert refused(run, "allocate", {"bytes": size}).reason is Reason.MEMORY


def test_memory_past_the_bound_ends_the_job(run: Run) -> None:
    error = refused(run, "allocate_slowly", {"bytes": 2 << 30}, memory=200 << 20)
    assert error.reason is Reason.MEMORY
    assert "209,715,200" in str(error)


@pytest.mark.parametrize("name", ["spin", "sleep"])
def test_endless_work_ends_in_time(run: Run, name: str) -> None:
    before = time.monotonic()
    error = refused(run, name, seconds=1)
    assert error.reason is Reason.TIME
    assert time.monotonic() - before < 15


def test_a_job_can_be_ended_from_another_thread(run: Run, tmp_path: Path) -> None:
    model = tmp_path / "model"
    with ThreadPoolExecutor(1) as pool:
        job = pool.submit(run, "sleep", seconds=600, read=(str(model),))
        assert eventually(lambda: stop(str(model)))
        with pytest.raises(ConfinedError):
            job.result()
    assert not stop(str(model))


@pytest.mark.parametrize("descriptor", [1, 2])
def test_flood_of_noise_is_stopped(run: Run, descriptor: int) -> None:
    error = refused(run, "print_for_ever", {"descriptor": descriptor}, noise=100_000)
    assert error.reason is Reason.OUTPUT
    assert error.noise.startswith("noise noise")
    assert len(error.noise) < 20_000


@pytest.mark.parametrize(
    ("name", "job"), [("answer_for_ever", {}), ("answer_much", {"bytes": 2_000_000})], ids=["endless", "long"]
)
def test_flood_of_answers_is_stopped(run: Run, name: str, job: Mapping[str, Any]) -> None:
    assert run("answer_much", {"bytes": 500_000}, output=1_000_000).result == "x" * 500_000
    assert refused(run, name, job, output=1_000_000).reason is Reason.OUTPUT


@pytest.mark.parametrize(
    "content", ["00000003616263", "ffffffff00", "000000025b5d", "0000001e7b22726573756c74223a4e614e7d", "00"]
)
def test_nonsense_for_an_answer_is_a_crash(run: Run, content: str) -> None:
    error = refused(run, "answer_nonsense", {"hex": content})
    assert error.reason in (Reason.CRASH, Reason.OUTPUT)


@pytest.mark.parametrize(
    ("name", "job", "words"),
    [("crash", {}, "SIGSEGV"), ("leave", {"status": 3}, "exit status 3"), ("leave", {"status": 0}, "gave no result")],
)
def test_a_crash_is_told(run: Run, name: str, job: Mapping[str, Any], words: str) -> None:
    error = refused(run, name, job)
    assert (error.reason, words in str(error)) == (Reason.CRASH, True), str(error)


@pytest.mark.parametrize(
    ("name", "words"),
    [("fail", "ValueError: it went"), ("not_json", "not JSON compliant"), ("absent", "AttributeError")],
)
def test_a_failure_of_the_work_is_told(run: Run, name: str, words: str) -> None:
    error = refused(run, name)
    assert (error.reason, words in str(error)) == (Reason.FAILED, True), str(error)


def test_threads_work(run: Run) -> None:
    assert run("use_threads").result == 4


def test_a_file_is_read_under_all_layers(server: ForkServer, tmp_path: Path) -> None:
    h5py = pytest.importorskip("h5py")
    with h5py.File(tmp_path / "w.h5", "w") as file:
        file["plain"] = [1.0, 2.0]
        file.create_dataset("packed", data=[3.0] * 1000, compression="gzip")
    path = str(tmp_path / "w.h5")
    assert server.run(f"{JOBS}:walk_hdf5", {"path": path}, Policy(read=(path,))).result == {
        "plain": 3.0,
        "packed": 3000.0,
    }


def test_progress_is_handed_on(server: ForkServer) -> None:
    for runner in (server.run, run_child):
        steps: list[Any] = []
        assert (
            runner(
                f"{JOBS}:progress", {}, Policy(), on_event=lambda event, seen=steps: seen.append(event["step"])
            ).result
            == "done"
        )
        assert steps == [0, 1, 2]


def test_require_runs_nothing_without_its_layers() -> None:
    lacking = ("tests.linter.confined_without_landlock",)
    with pytest.raises(ConfinedError, match="no landlock: the kernel has none") as caught:
        run_child(f"{JOBS}:echo", {}, Policy(mode=Mode.REQUIRE), preload=lacking)
    assert caught.value.reason is Reason.SANDBOX
    layers = run_child(f"{JOBS}:echo", {}, Policy(), preload=lacking).layers
    assert "no landlock: the kernel has none" in layers
    assert missing(layers) == ("no landlock: the kernel has none",)


def test_off_is_a_process_and_nothing_more() -> None:
    outcome = run_child(f"{JOBS}:read_file", {"path": "/etc/passwd"}, Policy(mode=Mode.OFF))
    assert (outcome.layers, "root" in outcome.result) == ((), True)


def test_a_missing_layer_is_named_with_its_reason() -> None:
    def absent() -> str:
        raise LayerError("too old")

    assert put_on("landlock", absent) == "no landlock: too old"
    assert put_on("landlock", lambda: "version 3") == "landlock (version 3)"
    assert missing(("rlimits", "no network namespace: a", "no landlock: b", "seccomp")) == ("no landlock: b",)
    assert missing(("no rlimits: a", "no network namespace: b", "landlock (version 1)", "no seccomp: c")) == (
        "no rlimits: a",
        "no network namespace: b",
        "no seccomp: c",
    )


def test_many_jobs_at_once(server: ForkServer) -> None:
    def one(number: int) -> Any:
        if number % 5 == 0:
            with pytest.raises(ConfinedError):
                server.run(f"{JOBS}:leave", {"status": 1}, Policy())
            return number
        return server.run(f"{JOBS}:echo", {"number": number}, Policy()).result["job"]["number"]

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(one, range(60))) == list(range(60))


def test_caller_that_goes_away_takes_its_job_along(server: ForkServer) -> None:
    sockets = [server._ordered(Policy(seconds=600)) for _ in range(3)]
    assert eventually(lambda: len(children(server)) == 3)
    for ours in sockets:
        ours.close()
    assert eventually(lambda: children(server) == [])


def children(server: ForkServer) -> list[str]:
    assert server._process is not None
    pid = server._process.pid
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


def eventually(true: Callable[[], bool]) -> bool:
    """Wait until something is true, on a busy machine for long."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        if true():
            return True
        time.sleep(0.02)
    return False


def test_server_that_was_killed_is_started_again() -> None:
    with ForkServer((JOBS,)) as server:
        assert server._process is not None
        server._process.kill()
        server._process.wait()
        assert server.run(f"{JOBS}:echo", {"a": 1}, Policy()).result["job"] == {"a": 1}


def test_server_ends_with_its_owner_and_takes_its_jobs_along() -> None:
    with ForkServer((JOBS,)) as server, server._ordered(Policy(seconds=600)):
        assert eventually(lambda: len(children(server)) == 1)
        child = Path("/proc", children(server)[0])
        assert server._control is not None
        assert server._process is not None
        server._control.close()  # what the kernel does for an owner that was killed
        assert server._process.wait(timeout=10) == 0
        assert eventually(lambda: not child.exists())


def test_server_that_does_not_come_up_says_so() -> None:
    with pytest.raises(ConfinedError, match=r"no\.such\.module"):
        ForkServer(("no.such.module",)).start()


def test_nothing_is_confined_too_late() -> None:
    with pytest.raises(ConfinedError, match="the process has 2 threads already") as caught:
        run_child(f"{JOBS}:echo", {}, Policy(), preload=("tests.linter.confined_thread",))
    assert caught.value.reason is Reason.SANDBOX


def test_server_with_threads_refuses_to_fork() -> None:
    with ForkServer(("tests.linter.confined_thread",)) as server, pytest.raises(ConfinedError, match="2 threads"):
        server.run(f"{JOBS}:echo", {}, Policy())


def test_no_descriptor_and_no_process_is_left_behind(server: ForkServer) -> None:
    run_child(f"{JOBS}:echo", {}, Policy())
    server.run(f"{JOBS}:echo", {}, Policy())
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(5):
        run_child(f"{JOBS}:echo", {}, Policy())
        server.run(f"{JOBS}:echo", {}, Policy())
        with pytest.raises(ConfinedError):
            server.run(f"{JOBS}:leave", {"status": 1}, Policy())
    assert len(os.listdir("/proc/self/fd")) == before
