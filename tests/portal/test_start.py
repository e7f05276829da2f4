import socket
from contextlib import closing
from time import monotonic, sleep
from unittest.mock import Mock

import pytest
from django.db import OperationalError

from portal import serve, start


def test_a_taken_port_is_said_before_anything_is_done(monkeypatch):
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        port = other.getsockname()[1]
        monkeypatch.setenv("PORT", str(port))
        monkeypatch.setattr(start, "call_command", lambda *_, **__: pytest.fail("it went on"))
        with pytest.raises(SystemExit, match=rf"Port {port} is taken.*PORT={port + 1} make run"):
            start.main()


def test_the_database_is_brought_up_to_date_before_the_server_starts_and_the_files_after_it(monkeypatch, settings):
    settings.ALLOWED_HOSTS, settings.IS_LOCAL = ["portal.example"], False
    done = []
    monkeypatch.setattr(start, "is_taken", lambda port: False)
    monkeypatch.setattr(start, "call_command", lambda name, **_: done.append(name))
    monkeypatch.setattr(start.os, "execv", lambda program, arguments: done.append(" ".join(arguments[1:])))
    start.main()
    assert done == ["migrate", "load_facts", "-m portal.serve --files https://portal.example"]


@pytest.mark.parametrize(
    ("trouble", "sentence"),
    [
        (OSError(30, "Read-only file system", "/data"), "/data cannot be written to: Read-only file system."),
        (OperationalError("database or disk is full\n"), "The database cannot be used: database or disk is full"),
    ],
)
def test_what_keeps_it_from_starting_is_said_in_a_sentence(monkeypatch, trouble, sentence):
    def in_vain(*_, **__):
        raise trouble

    monkeypatch.setattr(start, "is_taken", lambda port: False)
    monkeypatch.setattr(start, "call_command", in_vain)
    with pytest.raises(SystemExit, match=f"^{sentence}"):
        start.main()


def test_the_process_that_writes_the_files_ends_with_the_server(monkeypatch, tmp_path):
    script, begun = tmp_path / "manage.py", tmp_path / "begun"
    script.write_text(f"import pathlib, time; pathlib.Path({str(begun)!r}).touch(); time.sleep(60)")
    monkeypatch.setattr(serve, "MANAGE", script)
    monkeypatch.setattr(serve, "FIRST_READERS", 0)
    files = serve.FilesOfAllRecords("https://portal.example")
    files.bring_up_to_date()
    ends = monotonic() + 30  # a test that fails must end
    while not (files.process and begun.exists()) and monotonic() < ends:
        sleep(0.01)
    files.stop()
    assert files.process.returncode < 0


def test_a_server_that_ends_at_once_begins_no_files(monkeypatch):
    begun = []
    monkeypatch.setattr(serve.subprocess, "Popen", lambda *_, **__: begun.append("it") or Mock())
    files = serve.FilesOfAllRecords("https://portal.example")
    files.stop()
    files._write()  # in this thread, so that its end is that of the test
    assert not begun
