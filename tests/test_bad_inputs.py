"""Tests of what the service answers to bad input: a table, printed at the end of the run by bad_input_table.

The model of these tests wants a living area from 0 to 5,700 square feet and a quality from 1 to 10.
"""

from __future__ import annotations

import gzip
import json
import re
from dataclasses import dataclass, field
from typing import Any

import pytest
from bad_input_table import Row, record_answer, table
from small_service import KEY, ask, small_app

from course_utils.deploy.service_openapi import ProblemDetails

VALUE, BATCH, INFER = "/v1/predict_value", "/v1/predict_batch", "/v2/models/small houses/infer"
LIVING, QUALITY = "living area", "quality"
INSIDE = re.compile(r"Traceback|course_utils|site-packages|\.py\b|Error\b|Exception|0x[0-9a-f]{6}|sqlite")


def record(**changed):
    """The text of the good record with other values, each as JSON; an empty one leaves the field out."""
    values = {"living area": "1500.0", "quality": "7"} | {
        name.replace("_", " "): v for name, v in changed.items()
    }
    return "{" + ",".join(f'"{name}":{value}' for name, value in values.items() if value) + "}"


def tensors(**changed):
    """The text of a good request of the other protocol, with other facts of the tensor of qualities."""
    area = {"name": LIVING, "datatype": "FP64", "shape": [1], "data": [1500.0]}
    quality = {"name": QUALITY, "datatype": "INT64", "shape": [1], "data": [7]}
    return json.dumps({"inputs": [area, quality | changed]})


@dataclass(frozen=True)
class Bad:
    """What is sent, and the answer: its status, and the faulty fields with what is wrong, or words of the sentence."""

    name: str
    sent: Any
    status: int
    told: dict[str, str] | str
    path: str = VALUE
    headers: dict[str, str] = field(default_factory=dict)
    method: str = "POST"
    key: str | None = KEY


NAMELESS = {"": "no record"}
NO_JSON = "the body is not JSON"
BAD_INPUT = [
    Bad("a field left out", record(quality=""), 422, {QUALITY: "missing"}),
    Bad("the first field left out", record(living_area=""), 422, {LIVING: "missing"}),
    Bad("no field at all", "{}", 422, {LIVING: "missing", QUALITY: "missing"}),
    Bad("a field too many", record(garage="1"), 422, {"garage": "extra"}),
    Bad("two fields too many", record(garage="1", garden="2"), 422, {"garage": "extra", "garden": "extra"}),
    Bad("a name in capitals", '{"Living Area": 1500.0, "quality": 7}', 422,
        {LIVING: "missing", "Living Area": "extra"}),
    Bad("a name with a blank behind", '{"living area ": 1500.0, "quality": 7}', 422,
        {LIVING: "missing", "living area ": "extra"}),
    Bad("a name with an underscore", '{"living_area": 1500.0, "quality": 7}', 422,
        {LIVING: "missing", "living_area": "extra"}),
    Bad("a field without a name", record(**{"": "1"}), 422, {"": "extra"}),
    Bad("half of a surrogate pair as a name", record(**{"\\ud800": "1"}), 422, {"\ud800": "extra"}),
    Bad("the null character as a name", record(**{"\\u0000": "1"}), 422, {"\0": "extra"}),
    Bad("markup as a name", record(**{"<script>": "1"}), 422, {"<script>": "extra"}),
    Bad("a name of 500 letters", record(**{"x" * 500: "1"}), 422, {"x" * 80: "extra"}),
    Bad("the two values turned round", record(living_area="7", quality="1500.0"), 422, {QUALITY: "out of range"}),
    Bad("NaN", record(quality="NaN"), 422, {QUALITY: "not finite"}),
    Bad("Infinity", record(quality="Infinity"), 422, {QUALITY: "not finite"}),
    Bad("-Infinity", record(quality="-Infinity"), 422, {QUALITY: "not finite"}),
    Bad("1e999", record(quality="1e999"), 422, {QUALITY: "not finite"}),
    Bad("an integer of 401 digits", record(quality="1" + "0" * 400), 422, {QUALITY: "not finite"}),
    Bad("an integer of 5,000 digits", record(quality="1" * 5000), 422, {QUALITY: "not finite"}),
    Bad("an integer of 20 digits", record(living_area="9" * 20), 422, {LIVING: "out of range"}),
    Bad("1e300", record(living_area="1e300"), 422, {LIVING: "out of range"}),
    Bad("a rating of 0", record(quality="0"), 422, {QUALITY: "out of range"}),
    Bad("a rating of -0", record(quality="-0"), 422, {QUALITY: "out of range"}),
    Bad("a rating just above 10", record(quality="10.000000000000002"), 422, {QUALITY: "out of range"}),
    Bad("a negative rating", record(quality="-7"), 422, {QUALITY: "out of range"}),
    Bad("a negative area", record(living_area="-0.001"), 422, {LIVING: "out of range"}),
    Bad("a number as text", record(quality='"7"'), 422, {QUALITY: "not a number"}),
    Bad("an empty text", record(quality='""'), 422, {QUALITY: "not a number"}),
    Bad("NaN as text", record(quality='"NaN"'), 422, {QUALITY: "not a number"}),
    Bad("true", record(quality="true"), 422, {QUALITY: "not a number"}),
    Bad("false", record(quality="false"), 422, {QUALITY: "not a number"}),
    Bad("null", record(quality="null"), 422, {QUALITY: "not a number"}),
    Bad("a list of one number", record(quality="[7]"), 422, {QUALITY: "not a number"}),
    Bad("a list in a list", record(quality="[[7]]"), 422, {QUALITY: "not a number"}),
    Bad("an object", record(quality='{"value": 7}'), 422, {QUALITY: "not a number"}),
    Bad("two faults at once", record(living_area="true", quality="null"), 422,
        {LIVING: "not a number", QUALITY: "not a number"}),
    Bad("three faults at once", record(living_area="NaN", quality="0", pool="1"), 422,
        {LIVING: "not finite", QUALITY: "out of range", "pool": "extra"}),
    Bad("values without names", "[1500.0, 7]", 422, NAMELESS),
    Bad("values without names, turned round", "[7, 1500.0]", 422, NAMELESS),
    Bad("a matrix", "[[1500.0, 7]]", 422, NAMELESS),
    Bad("the question of the tutorial", '{"features": [1500.0, 7]}', 422,
        {LIVING: "missing", QUALITY: "missing", "features": "extra"}),
    Bad("a number", "7", 422, NAMELESS),
    Bad("null as the body", "null", 422, NAMELESS),
    Bad("true as the body", "true", 422, NAMELESS),
    Bad("a text as the body", '"living area"', 422, NAMELESS),
    Bad("a batch where one record belongs", f'{{"records": [{record()}]}}', 422,
        {LIVING: "missing", QUALITY: "missing", "records": "extra"}),
    Bad("nothing", "", 400, NO_JSON),
    Bad("blanks", "   ", 400, NO_JSON),
    Bad("an object that does not end", "{", 400, NO_JSON),
    Bad("a letter behind the object", record() + "x", 400, NO_JSON),
    Bad("two objects", record() + record(), 400, NO_JSON),
    Bad("names in single quotes", "{'living area': 1500.0, 'quality': 7}", 400, NO_JSON),
    Bad("07", record(quality="07"), 400, NO_JSON),
    Bad("0x7", record(quality="0x7"), 400, NO_JSON),
    Bad("+7", record(quality="+7"), 400, NO_JSON),
    Bad("a comma too many", record(quality="7,"), 400, NO_JSON),
    Bad("a key twice", '{"quality": 7, "living area": 1500.0, "quality": 7}', 400, "'quality' stands twice"),
    Bad("a key twice, further inside", '{"living area": 1500.0, "quality": {"a": 1, "a": 2}}', 400,
        "'a' stands twice"),
    Bad("a form", "living+area=1500&quality=7", 400, NO_JSON),
    Bad("XML", "<quality>7</quality>", 400, NO_JSON),
    Bad("100,000 lists in each other", "[" * 100_000, 400, "nested too deep"),
    Bad("100,000 objects in each other", '{"a":' * 100_000, 400, "nested too deep"),
    Bad("UTF-16", record().encode("utf-16"), 400, "not UTF-8"),
    Bad("UTF-8 with a mark before it", b"\xef\xbb\xbf" + record().encode(), 400, NO_JSON),
    Bad("Latin-1", record(**{"größe": "1"}).encode("latin-1"), 400, "not UTF-8"),
    Bad("a pickle", b"\x80\x04K\x07.", 400, "not UTF-8"),
    Bad("a packed body", gzip.compress(record().encode()), 415, "content coding 'gzip'",
        headers={"Content-Encoding": "gzip"}),
    Bad("a packed body that says nothing of it", gzip.compress(record().encode()), 400, "not UTF-8"),
    Bad("no content type", record(), 415, "application/json is needed", headers={"Content-Type": ""}),
    Bad("the content type of a text", record(), 415, "'text/plain'", headers={"Content-Type": "text/plain"}),
    Bad("the content type of a form", record(), 415, "application/json is needed",
        headers={"Content-Type": "application/x-www-form-urlencoded"}),
    Bad("almost the content type", record(), 415, "'application/jsonp'",
        headers={"Content-Type": "application/jsonp"}),
    Bad("a body of 1,000,001 bytes", record().ljust(1_000_001), 413, "longer than 1,000,000 bytes"),
    Bad("the same in parts, unannounced", [b" " * 100_000] * 11, 413, "longer than 1,000,000 bytes"),
    Bad("no key", record(), 401, "X-API-Key", key=None),
    Bad("a wrong key", record(), 401, "X-API-Key", key=KEY[:-1] + "?"),
    Bad("the key where other services want it", record(), 401, "X-API-Key", key=None,
        headers={"Authorization": f"Bearer {KEY}"}),
    Bad("GET", None, 405, "Method Not Allowed", method="GET"),
    Bad("DELETE", None, 405, "Method Not Allowed", method="DELETE"),
    Bad("an unknown address", record(), 404, "Not Found", path="/v1/predict"),
    Bad("an address with a slash behind", record(), 404, "Not Found", path=VALUE + "/"),
    Bad("a way out of the folder", None, 404, "Not Found", path="/v1/..%2f..%2fetc/passwd", method="GET"),
    Bad("a batch without records", '{"records": []}', 422, {"records": "no batch"}, BATCH),
    Bad("a batch of 1,001 records", f'{{"records": [{",".join([record()] * 1001)}]}}', 422,
        {"records": "no batch"}, BATCH),
    Bad("a record where a batch belongs", record(), 422, {"records": "no batch"}, BATCH),
    Bad("one bad record among good ones", f'{{"records": [{record()}, {record(quality="11")}]}}', 422,
        {"records[1].quality": "out of range"}, BATCH),
    Bad("a list among records", f'{{"records": [{record()}, [1500, 7]]}}', 422, {"records[1]": "no record"}, BATCH),
    Bad("NaN in a tensor", tensors(data=[float("nan")]), 422, {"records[0].quality": "not finite"}, INFER),
    Bad("a boolean in a tensor", tensors(data=[True]), 422, {"records[0].quality": "not a number"}, INFER),
    Bad("a tensor of texts", tensors(datatype="BYTES", data=["7"]), 422, {QUALITY: "no tensor"}, INFER),
    Bad("a datatype in small letters", tensors(datatype="fp64"), 422, {QUALITY: "no tensor"}, INFER),
    Bad("a shape that is not the data's", tensors(shape=[2]), 422, {QUALITY: "no tensor"}, INFER),
    Bad("a shape of no dimension", tensors(shape=[]), 422, {QUALITY: "no tensor"}, INFER),
    Bad("a tensor without data", tensors(data=[], shape=[0]), 422, {QUALITY: "no tensor"}, INFER),
    Bad("tensors of two lengths", tensors(data=[7, 7], shape=[2]), 422, {"inputs": "no tensor"}, INFER),
    Bad("one matrix, as for scikit-learn", json.dumps(
        {"inputs": [{"name": "X", "datatype": "FP64", "shape": [1, 2], "data": [1500, 7]}]}), 422,
        {"X": "no tensor"}, INFER),
    Bad("a record where tensors belong", record(), 422, {"inputs": "no tensor"}, INFER),
    Bad("a model that does not serve", tensors(), 404, "'small houses'", "/v2/models/houses/infer"),
    Bad("a version that does not serve", tensors(), 404, "'small houses'",
        "/v2/models/small houses/versions/1/infer"),
]  # fmt: skip


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    """The service of the small model."""
    return small_app(tmp_path_factory.mktemp("models"))


async def parts_of(sent):
    """A body that comes in parts, its length unannounced."""
    for part in sent:
        yield part


def answer_to(app, bad):
    """The answer to a bad input."""
    content = parts_of(bad.sent) if isinstance(bad.sent, list) else bad.sent
    headers = {"Content-Type": "application/json"} | bad.headers
    return ask(app, bad.method, bad.path, key=bad.key, headers=headers, content=content)


@pytest.mark.parametrize("bad", BAD_INPUT, ids=lambda bad: bad.name)
def test_bad_input_is_refused_in_words_that_say_what_is_wrong(app, bad, record_property):
    answer = answer_to(app, bad)
    content = ProblemDetails.model_validate(answer.json(), extra="forbid")
    faults = {fault.field: fault.kind for fault in content.errors}
    told = ", ".join(f"{name} {kind}" for name, kind in faults.items()) or content.detail
    record_answer(record_property, Row(bad.name, f"{bad.method} {bad.path}", answer.status_code, told))
    assert (answer.status_code, content.status) == (bad.status, bad.status)
    if isinstance(bad.told, dict):
        assert faults == bad.told
    else:
        assert (bad.told in content.detail, faults) == (True, {})
    assert answer.headers["content-type"] == "application/problem+json"
    assert not INSIDE.search(answer.text)


def test_the_good_record_of_this_table_is_answered(app):
    good = [Bad("", record(), 200, ""), Bad("", tensors(), 200, "", INFER)]
    assert [answer_to(app, one).status_code for one in good] == [200, 200]


def test_the_table_has_its_forty_rows_and_no_name_twice():
    assert len({bad.name for bad in BAD_INPUT}) == len(BAD_INPUT) >= 40


def test_what_looks_like_the_inside_is_seen():
    leaks = ["ValueError: no", 'File "x.py", line 3', "<object at 0x7f3a2b4c>", "in course_utils.deploy"]
    assert all(INSIDE.search(leak) for leak in leaks)


def test_the_printed_table_counts_what_went_wrong():
    lines = table(
        [Row("NaN", "POST /a", 422, "x"), Row("7", "POST /a", 200, "y"), Row("8", "GET /", 500, "z")]
    )
    assert lines[-1] == "of 3 bad inputs 1 were answered, and 1 were faults of ours"
    assert [line.split()[0] for line in lines[2:5]] == ["NaN", "7", "8"]
