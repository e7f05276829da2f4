"""Whatever the process that reads a workbook does, the answer is a list or one sentence, and nothing is left behind."""

import fcntl
import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from agreements.imports import sandbox
from agreements.imports.sandbox import CRASHED, MAX_LINE, TOO_LARGE, TOO_MUCH, TOO_SLOW, read_in_child, run_child
from agreements.imports.sheet import NotASheet, read_sheet

from .workbooks import CLAY, PENDING, clay, workbook

PROJECT = str(Path(__file__).resolve().parents[3])
LIMITED = (
    "import sys; sys.path.insert(0, sys.argv[1]); from agreements.imports.sandbox import limit;"
    " limit(*map(int, sys.argv[-2:])); "
)
HEAD = {"worksheet": "Sheet1", "columns": ["STATE"], "modified": None, "rows": 1}


def answer_to(program, data=b"x", **limits):
    with pytest.raises(NotASheet) as refused:
        run_child(program, [PROJECT], data, "list.xlsx", **limits)
    return str(refused.value)


def saying(*lines):
    """A program that answers these lines, whatever it is given."""
    text = "".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines)
    return f"import sys; sys.stdin.buffer.read(); sys.stdout.write({text!r})"


def test_the_child_reads_what_the_reader_reads():
    rows = [CLAY, clay(COUNTY="=A2", SIGNED="05/082025"), clay(COUNTY="#N/A", MOA=None, TYPE=0.1, ADDENDUM=True)]
    data = workbook(rows)
    assert read_in_child(data, "list.xlsx") == read_sheet(data, "list.xlsx")


def test_a_list_with_no_row_is_a_list():
    data = workbook([], PENDING)
    assert read_in_child(data, "pending.xlsx") == read_sheet(data, "pending.xlsx")


def test_a_refusal_is_the_readers_own_sentence():
    with pytest.raises(NotASheet, match="web page"):
        read_in_child(b"<html></html>", "list.xlsx")


def test_folders_and_unprintable_marks_are_no_part_of_a_files_name():
    data = workbook()
    assert read_in_child(data, "..\\a/b\x00\x1b[2J\u202elist.xlsx").file_name == "b[2Jlist.xlsx"


def test_the_child_holds_the_standard_library_and_the_reader_alone():
    program = (
        "import sys; sys.path.insert(0, sys.argv[1]); import agreements.imports.sandbox, json;"
        "print(json.dumps({'refused': ' '.join(sorted({n.partition('.')[0] for n in sys.modules}"
        " - set(sys.stdlib_module_names) - {'__main__'}))}))"
    )
    assert answer_to(program) == "agreements"


def test_the_child_knows_nothing_of_the_environment_or_the_folder(monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "let nobody see this")
    told = "import os, json; print(json.dumps({'refused': repr((sorted(os.environ), os.getcwd()))}))"
    said = answer_to(told)
    assert "SECRET_KEY" not in said
    assert "DATABASE_URL" not in said
    assert said.endswith(", '/')")


def test_a_child_that_takes_too_long_is_killed():
    start = time.monotonic()
    assert answer_to("import time; time.sleep(60)", seconds=1) == TOO_SLOW
    assert time.monotonic() - start < 5


def test_a_child_that_computes_without_end_is_killed():
    assert answer_to(f"{LIMITED}\nwhile True: pass", seconds=1) == TOO_SLOW


def test_a_child_that_reads_nothing_and_says_nothing_is_killed():
    assert answer_to("import time; time.sleep(60)", bytes(4 * 1024**2), seconds=1) == TOO_SLOW


def test_what_the_child_started_is_killed_with_it(tmp_path):
    mark = tmp_path / "alive"
    other = f"import time, pathlib; time.sleep(2.5); pathlib.Path({str(mark)!r}).touch()"
    program = f"import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', {other!r}]); time.sleep(60)"
    assert answer_to(program, seconds=1) == TOO_SLOW
    time.sleep(2.5)
    assert not mark.exists()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux holds a process to its memory")
def test_a_child_that_takes_too_much_memory_says_so():
    program = "import sys; sys.path.insert(0, sys.argv[1]); from agreements.imports import sandbox;"
    program += "sandbox.read_sheet = lambda data: bytearray(10**9); sandbox.child()"
    assert answer_to(program) == TOO_LARGE


@pytest.mark.parametrize(
    "deed",
    [
        pytest.param("open('/tmp/left-behind-by-a-workbook', 'wb', buffering=0).write(b'x' * 9)", id="write a file"),
        pytest.param("[open('/dev/null') for _ in range(99)]", id="hold many files"),
    ],
)
def test_a_child_may_not(deed):
    program = f'{LIMITED}\ntry:\n    {deed}\nexcept OSError: print(\'{{"refused": "not allowed"}}\')'
    try:
        assert answer_to(program) == "not allowed"
    finally:
        Path("/tmp/left-behind-by-a-workbook").unlink(missing_ok=True)


@pytest.mark.parametrize(
    "program",
    [
        pytest.param("import os; os.abort()", id="aborts"),
        pytest.param("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", id="is killed"),
        pytest.param("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", id="touches foreign memory"),
        pytest.param("raise SystemExit(3)", id="ends early"),
        pytest.param("raise ValueError", id="fails"),
        pytest.param("import sys; sys.stdin.close()", id="closes its input"),
        pytest.param("print('hello')", id="chats"),
        pytest.param("import os; os.write(1, os.urandom(4096) + b'\\n')", id="writes noise"),
        pytest.param("print('[' * 100_000)", id="nests without end"),
        pytest.param("print('9' * 100_000)", id="counts without end"),
        pytest.param("print('{}')", id="says nothing"),
        pytest.param("print('{\"refused\": 5}')", id="refuses without words"),
        pytest.param("print('{\"refused\": \"' + 'x' * 9999 + '\"}')", id="refuses at length"),
    ],
)
def test_a_child_that_breaks_is_one_sentence(program):
    assert answer_to(program, bytes(1024**2)) == CRASHED


@pytest.mark.parametrize(
    "row",
    [
        pytest.param([2, ["a", "b"], []], id="too many cells"),
        pytest.param([2, [], []], id="no cell"),
        pytest.param([0, ["a"], []], id="row 0"),
        pytest.param([True, ["a"], []], id="a row that is no number"),
        pytest.param([2_000_000, ["a"], []], id="a row beyond Excel's"),
        pytest.param([2, [["a"]], []], id="a list as a cell"),
        pytest.param([2, [{"x": 1}], []], id="a cell of an unknown kind"),
        pytest.param([2, [{"d": "tomorrow"}], []], id="a date that is none"),
        pytest.param([2, [{"f": "=A", "v": {"f": "=B"}}], []], id="a formula as a formula's value"),
        pytest.param([2, ["a\0"], []], id="a NUL"),
        pytest.param('[2, ["\\ud800"], []]', id="half a surrogate pair"),
        pytest.param("[2, [NaN], []]", id="not a number"),
        pytest.param("[2, [1e999], []]", id="an infinite number"),
        pytest.param([2, ["x" * 40_000], []], id="a text too long for a cell"),
        pytest.param([2, ["a"], [[1, "https://www.ice.gov"]]], id="a link beside the columns"),
        pytest.param([2, ["a"], [[0, 5]]], id="a link that is no text"),
        pytest.param({"refused": "late"}, id="a refusal after the list"),
    ],
)
def test_what_the_child_says_is_checked_like_any_input(row):
    assert answer_to(saying(HEAD, row)) == CRASHED


def test_a_row_said_well_is_taken():
    sheet = run_child(saying(HEAD, [2, ["a"], [[0, "https://www.ice.gov"]]]), [PROJECT], b"x", "list.xlsx")
    assert (sheet.rows[0].cells, sheet.rows[0].links) == (("a",), {0: "https://www.ice.gov"})


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param([HEAD], id="fewer rows than it counts"),
        pytest.param([HEAD, [3, ["a"], []], [2, ["a"], []]], id="rows out of order"),
        pytest.param([HEAD | {"modified": "2026-05-18T00:00:00"}, [2, ["a"], []]], id="a stamp without a zone"),
        pytest.param([HEAD | {"columns": []}, [2, [], []]], id="no columns"),
        pytest.param([HEAD | {"columns": ["a"] * 300}], id="countless columns"),
    ],
)
def test_a_list_that_does_not_add_up_is_refused(lines):
    assert answer_to(saying(*lines)) == CRASHED


def test_an_endless_answer_is_cut_off():
    assert answer_to("import sys\nwhile True: sys.stdout.write('x' * 65536)") == TOO_MUCH
    assert answer_to(f"print('x' * {MAX_LINE + 9})") == TOO_MUCH


def test_no_process_and_no_pipe_is_left_behind():
    def held():
        return len(list(Path("/dev/fd").iterdir()))

    read_in_child(workbook(), "list.xlsx")
    before = held()
    for _ in range(3):
        read_in_child(workbook(), "list.xlsx")
        answer_to("import os; os.abort()")
    assert held() <= before
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def test_threads_read_side_by_side():
    data, found = workbook(), []
    threads = [threading.Thread(target=lambda: found.append(read_in_child(data, "list.xlsx"))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [read_sheet(data, "list.xlsx")] * 4


def test_no_more_workbooks_are_read_at_once_than_a_small_machine_survives(monkeypatch, tmp_path):
    monkeypatch.setattr(sandbox, "places", lambda: tmp_path)
    monkeypatch.setattr(sandbox, "WAIT", 0.1)
    data, others = workbook(), [(tmp_path / str(number)).open("w") for number in range(sandbox.AT_ONCE)]
    for other in others:
        fcntl.flock(other, fcntl.LOCK_EX)
    with pytest.raises(NotASheet) as refused:
        read_in_child(data, "list.xlsx")
    assert str(refused.value) == sandbox.BUSY
    others[0].close()  # one has been read, or its worker has died
    assert read_in_child(data, "list.xlsx") == read_sheet(data, "list.xlsx")
    others[1].close()


def test_where_no_lock_can_be_had_a_workbook_is_still_read(monkeypatch, tmp_path):
    monkeypatch.setattr(sandbox, "places", lambda: tmp_path / "none")
    data = workbook()
    assert read_in_child(data, "list.xlsx") == read_sheet(data, "list.xlsx")


def test_a_system_that_gives_no_process_is_one_sentence(monkeypatch):
    def refuse(*_arguments, **_options):
        raise BlockingIOError("no more processes")

    monkeypatch.setattr(subprocess, "Popen", refuse)
    with pytest.raises(NotASheet, match="try again in a minute"):
        read_in_child(workbook(), "list.xlsx")
