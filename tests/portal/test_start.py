import socket
from contextlib import closing

import pytest

from portal import start


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
