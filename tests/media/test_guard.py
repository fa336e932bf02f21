"""The picture worker: its answers, its limits, and what happens when it dies, hangs or loses its parent."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from random import Random

import pytest
import shots

from media import samples
from media.guard import COSTLY, Busy, Closed, Examiner, NotStarted
from media.pictures import examine
from media.values import Examined, Refused, SheetPhoto

PHOTO = shots.jpeg(shots.scene(), exif=shots.camera_exif(6))
HEAVY = shots.many_scans(
    50, shots.noise(Random(1), (1600, 1200), 3)
)  # a third of a second of work, below the cap of scans


@pytest.fixture(scope="module")
def examiner():
    with Examiner() as shared:
        yield shared


def worker_of(examiner: Examiner) -> int:
    return examiner._quick._process.pid


def gone(pid: int, *, within: float = 5.0) -> bool:
    """Whether a process that is not our child ends in time; a zombie has ended."""
    end = time.monotonic() + within
    while time.monotonic() < end:
        try:
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except FileNotFoundError:
            return True
        time.sleep(0.02)
    return False


def test_the_worker_answers_as_the_plain_function_does(examiner):
    for data in (PHOTO, PHOTO[: len(PHOTO) // 2], shots.png_header_only(12_000, 9_000)):
        assert examiner.examine(data) == examine(data)


def test_a_glance_is_enough_for_what_is_no_picture():
    with Examiner() as idle:
        assert idle.examine(b"no picture").code == "not_a_picture"
        assert idle._quick._process is None


def test_many_threads_may_ask_at_once(examiner):
    photos = [shots.jpeg(shots.scene(300, 200, seed)) for seed in range(4)]
    found: dict[int, Examined | Refused] = {}
    askers = [
        threading.Thread(target=lambda at=at: found.update({at: examiner.examine(photos[at])})) for at in range(4)
    ]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join()
    assert [found[at] for at in range(4)] == [examine(photo) for photo in photos]


def test_a_costly_picture_lets_the_others_pass_and_few_may_wait_for_it():
    with Examiner() as busy:
        busy.examine(PHOTO), busy.examine(HEAVY)
        os.kill(busy._costly._process.pid, signal.SIGSTOP)
        found: list[Examined | Refused] = []
        askers = [threading.Thread(target=lambda: found.append(busy.examine(HEAVY))) for _ in range(COSTLY)]
        for asker in askers:
            asker.start()
        while busy._places._value:
            time.sleep(0.005)
        assert isinstance(busy.examine(PHOTO), Examined)
        with pytest.raises(Busy, match="wait already"):
            busy.examine(HEAVY)
        os.kill(busy._costly._process.pid, signal.SIGCONT)
        for asker in askers:
            asker.join()
        assert found == [busy.examine(HEAVY)] * COSTLY


def test_a_photo_of_fifty_megapixels_fits_into_the_worker(examiner):
    photo = examiner.examine(shots.large(8192, 6144))
    assert (photo.width, photo.height, shots.opened(photo.working).size) == (8192, 6144, (2048, 1536))


def test_sheets_and_samples_are_drawn_in_the_worker(examiner):
    sheet = examiner.sheet([SheetPhoto(image=PHOTO, caption="草莓 \ud800")], "T260612-0017")
    assert shots.opened(sheet).format == "JPEG"
    assert examiner.sample("cod_for_salmon", 3) == samples.draw("cod_for_salmon", 3)


def test_a_dead_worker_is_followed_by_a_new_one_and_the_picture_is_not_to_blame(examiner):
    for _ in range(3):
        examiner.examine(PHOTO)
        first = worker_of(examiner)
        os.kill(first, signal.SIGKILL)  # it may still be dying when the next picture comes
        assert isinstance(examiner.examine(PHOTO), Examined)
        assert worker_of(examiner) != first


FRAGILE = """#!/bin/sh
echo started >> {log}
exec {python} -c '
import socket, sys
from media.wire import Wire
end = socket.socket(fileno=int(sys.argv[4]))
Wire(end).send({{"ready": True}})
end.recv(1)
' "$@"
"""


def test_a_picture_that_ends_a_fresh_worker_is_refused(tmp_path, monkeypatch):
    program, log = tmp_path / "python", tmp_path / "log"
    program.write_text(FRAGILE.format(log=log, python=sys.executable))
    program.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(program))
    with Examiner() as examiner:
        for starts in (1, 2):
            assert examiner.examine(PHOTO) == Refused(code="unreadable")
            assert log.read_text().count("started") == starts


def test_a_stop_signal_to_all_processes_leaves_the_worker_at_its_picture(examiner):
    examiner.examine(PHOTO)
    first = worker_of(examiner)
    for number in (signal.SIGTERM, signal.SIGINT):
        os.kill(first, number)
    assert isinstance(examiner.examine(PHOTO), Examined)
    assert worker_of(examiner) == first


def test_a_hanging_worker_is_given_up_in_time():
    with Examiner(wall=5) as examiner:
        examiner.examine(PHOTO)
        examiner._quick._wall = 0.3
        os.kill(worker_of(examiner), signal.SIGSTOP)
        assert examiner.examine(PHOTO) == Refused(code="time_out")
        examiner._quick._wall = 5
        assert isinstance(examiner.examine(PHOTO), Examined)


def test_a_picture_that_takes_too_much_work_is_given_up():
    with Examiner(processor=0) as examiner:  # what is left of the second begun: one of these will cross its end
        assert any(examiner.examine(HEAVY) == Refused(code="time_out") for _ in range(5))
        assert isinstance(examiner.examine(shots.jpeg(shots.scene(64, 64))), Examined)


def test_a_picture_that_takes_too_much_memory_is_refused_and_the_worker_goes_on():
    with Examiner(memory=300 << 20) as examiner:
        assert examiner.examine(shots.tiny_webp(5000, 5000)).code == "unreadable"
        assert isinstance(examiner.examine(PHOTO), Examined)


def test_closing_ends_the_call_under_way_and_all_later_ones():
    examiner = Examiner()
    examiner.examine(PHOTO)
    worker = worker_of(examiner)
    os.kill(worker, signal.SIGSTOP)
    ended: list[type[BaseException]] = []

    def ask() -> None:
        try:
            examiner.examine(PHOTO)
        except Closed:
            ended.append(Closed)

    asker = threading.Thread(target=ask)
    asker.start()
    while not examiner._quick._turn.locked():
        time.sleep(0.005)
    examiner.close()
    asker.join(5)
    assert ended == [Closed] and gone(worker)
    with pytest.raises(Closed):
        examiner.examine(PHOTO)
    examiner.close()


@pytest.mark.parametrize("program", ["/bin/false", "/nowhere/python"])
def test_a_worker_that_does_not_start_is_no_fault_of_the_picture(program, monkeypatch):
    monkeypatch.setattr(sys, "executable", program)
    with Examiner() as examiner, pytest.raises(NotStarted, match="does not start"):
        examiner.examine(PHOTO)


def test_the_worker_knows_no_secret_and_may_write_no_file(examiner, monkeypatch):
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", "1234:secret")
    with Examiner() as fresh:
        fresh.examine(PHOTO)
        place = Path(f"/proc/{worker_of(fresh)}")
        assert b"secret" not in place.joinpath("environ").read_bytes()
        limits = {line[:26].strip(): line[26:46].strip() for line in place.joinpath("limits").read_text().splitlines()}
    assert limits["Max file size"] == "0"
    assert limits["Max address space"] == str(1 << 30)


PARENT = """
import sys
from pathlib import Path
from random import Random
from media.guard import Examiner
examiner = Examiner()
examiner.examine(Path(sys.argv[1]).read_bytes())
print((examiner._costly._process or examiner._quick._process).pid, "PIL" in sys.modules, flush=True)
examiner.examine(Path(sys.argv[2]).read_bytes())
input()
"""


@pytest.mark.parametrize("busy", [False, True])
def test_the_worker_does_not_outlive_a_killed_parent(tmp_path, busy):
    light, then = tmp_path / "light", tmp_path / "then"
    light.write_bytes(HEAVY if busy else PHOTO)
    then.write_bytes(HEAVY if busy else b"")
    with subprocess.Popen(
        [sys.executable, "-c", PARENT, str(light), str(then)],
        cwd=Path(__file__).parent.parent.parent,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as parent:
        pid, pillow = parent.stdout.readline().split()
        assert pillow == "False"  # the service itself stays small
        if busy:
            time.sleep(0.2)
        parent.kill()
    assert gone(int(pid), within=3)
