import pytest


def test_alive_asks_nothing_of_the_database(client):
    # No django_db mark: any query would fail this test.
    response = client.get("/healthz")
    assert response.status_code == 200
    assert "no-store" in response.headers["Cache-Control"]


@pytest.mark.django_db
def test_ready_says_that_no_list_is_loaded(client):
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json() == {"ready": False, "database": "ok", "migrations": "applied", "newest_list": None}
    assert "no-store" in response.headers["Cache-Control"]
