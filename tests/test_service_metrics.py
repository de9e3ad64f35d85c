"""Tests of course_utils.deploy.service_metrics: what is counted, by one worker and by several."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families
from small_service import RECORD, ask, ask_value, promote, settings_of, small_app

from course_utils.deploy.service import create_app

TESTS = Path(__file__).parent


def counts(text):
    """The numbers of an exposition: {(name, the values of its labels): number}."""
    families = text_string_to_metric_families(text)
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in families
        for sample in family.samples
    }


def counted(app):
    """What a service has counted."""
    return counts(ask(app, "GET", "/metrics", key=None).text)


def test_requests_are_counted_by_method_route_and_status(tmp_path):
    app = small_app(tmp_path)
    for record in (RECORD, RECORD, {}):
        ask_value(app, record)
    found = counted(app)
    route = "/v1/predict_value"
    assert found["http_requests_total", "POST", route, "200"] == 2
    assert found["http_requests_total", "POST", route, "422"] == 1
    assert found["http_request_seconds_count", route] == 3


def test_an_address_or_method_that_somebody_invents_makes_no_new_count(tmp_path):
    app = small_app(tmp_path)
    for i in range(3):
        ask(app, f"METHOD{i}", f"/nothing/{i}")
    assert counted(app)["http_requests_total", "other", "none", "404"] == 3


def test_predictions_are_counted_and_summed_by_model(tmp_path):
    version = promote(tmp_path)
    app = create_app(settings_of(tmp_path))
    values = [ask_value(app, RECORD | {"living area": area}).json()["predicted_value"] for area in (1.0, 2.0)]
    found = counted(app)
    assert (found["predicted_value_count", version], found["predicted_value_sum", version]) == (
        2,
        sum(values),
    )


def test_fields_that_did_not_fit_are_counted_by_what_was_wrong(tmp_path):
    app = small_app(tmp_path)
    ask_value(app, {"quality": 0, "more": 1, "most": 1})
    found = counted(app)
    kinds = {name[1]: number for name, number in found.items() if name[0] == "refused_fields_total"}
    assert kinds == {"missing": 1, "out of range": 1, "extra": 2}


IN_EACH_WORKER = """
import sys
from pathlib import Path
from small_service import *
app = create_app(settings_of(Path(sys.argv[1])))
for _ in range(int(sys.argv[2])):
    ask_value(app, RECORD)
print(ask(app, "GET", "/metrics", key=None).text)
"""


def test_whichever_of_several_workers_is_asked_answers_for_all(tmp_path):
    version = promote(tmp_path)
    (tmp_path / "counts").mkdir()
    environment = os.environ | {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path / "counts")}
    for n in ("2", "3"):
        command = [sys.executable, "-c", IN_EACH_WORKER, tmp_path, n]
        done = subprocess.run(command, cwd=TESTS, env=environment, capture_output=True, text=True, check=True)
    found = counts(done.stdout)
    assert found["http_requests_total", "POST", "/v1/predict_value", "200"] == 5
    assert found["predicted_value_count", version] == 5
