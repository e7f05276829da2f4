"""What a worker keeps of an answer after it was sent: nothing but what it holds on purpose."""

import gc
import weakref

import pytest

from portal.api.urls import router
from tests.factories import AgreementFactory


@pytest.mark.django_db
@pytest.mark.parametrize("query", ["", "?format=jsonl", "?nonsense=1"])
def test_an_answer_goes_with_its_last_reader(rf, query):
    # Not when Python next looks for circles: by then a few long answers can have filled a small machine.
    AgreementFactory()
    (viewset,) = [viewset for prefix, viewset, _name in router.registry if prefix == "agreements"]
    gc.collect()
    gc.disable()
    try:
        response = viewset.as_view({"get": "list"})(rf.get(f"/api/v1/agreements/{query}"))
        assert (response.render() if hasattr(response, "render") else response).getvalue()
        left = weakref.ref(response)
        del response
        assert left() is None
    finally:
        gc.enable()
