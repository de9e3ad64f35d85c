"""deploy/: the recipes are valid, safe, and agree with the service and with each other."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig

import pytest
import yaml
from small_service import ask, small_app

from course_utils.deploy.service_settings import Settings, SettingsError
from course_utils.lessons.catalogue import ROOT

DEPLOY = ROOT / "deploy"
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
SERVICES = COMPOSE["services"]
MANIFESTS = {path.stem: path for path in sorted((DEPLOY / "kubernetes").glob("*.yaml"))}
OBJECTS = {name: yaml.safe_load(path.read_text(encoding="utf-8")) for name, path in MANIFESTS.items()}
POD = OBJECTS["deployment"]["spec"]["template"]["spec"]
CONTAINER = POD["containers"][0]
UNIT = DEPLOY / "systemd" / "course-model.service"
PROMETHEUS = yaml.safe_load((DEPLOY / "prometheus" / "prometheus.yml").read_text(encoding="utf-8"))
RULES = yaml.safe_load((DEPLOY / "prometheus" / "alerts.yml").read_text(encoding="utf-8"))["groups"][0][
    "rules"
]
RECIPES = [path for path in DEPLOY.rglob("*") if path.is_file() and path.name != "requirements.txt"]


def checked(program, *arguments):
    """What a program says of files, all of it; it stands beside the interpreter."""
    command = [shutil.which(program, path=sysconfig.get_path("scripts")), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True)


def unit():
    """The section [Service], each key with all its values; a line may go on after a backslash."""
    text = re.sub(r"\\\n\s*", "", UNIT.read_text(encoding="utf-8"))
    section = text.split("[Service]")[1].split("[Install]")[0]
    pairs = [line.split("=", 1) for line in section.splitlines() if line and not line.startswith("#")]
    return {key: [value for name, value in pairs if name == key] for key, _ in pairs}


def test_the_composition_is_what_its_schema_says():
    done = checked("check-jsonschema", "--builtin-schema", "vendor.compose-spec", DEPLOY / "compose.yaml")
    assert done.returncode == 0, done.stdout


def test_a_composition_with_a_misspelt_word_is_found(tmp_path):
    wrong = tmp_path / "compose.yaml"
    wrong.write_text(
        (DEPLOY / "compose.yaml").read_text(encoding="utf-8").replace("healthcheck:", "helthcheck:")
    )
    assert checked("check-jsonschema", "--builtin-schema", "vendor.compose-spec", wrong).returncode == 1


@pytest.mark.parametrize("name", SERVICES)
def test_every_image_is_pinned_by_a_version(name):
    assert re.fullmatch(r"[\w./-]+:v?\d[\w.-]*", SERVICES[name]["image"])


@pytest.mark.parametrize("name", SERVICES)
def test_no_container_may_do_more_than_it_has_to(name):
    service = SERVICES[name]
    assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert not {"privileged", "cap_add", "network_mode", "pid", "devices"} & set(service)


def sources(volumes):
    """The names of the volumes that are mounted by name."""
    return {volume.split(":")[0] for volume in volumes if isinstance(volume, str)}


@pytest.mark.parametrize("kind", ["secrets", "networks", "volumes"])
def test_what_a_container_uses_is_declared_and_what_is_declared_is_used(kind):
    used = [service.get(kind, []) for service in SERVICES.values()]
    assert set().union(*map(sources, used)) == set(COMPOSE[kind])


def test_no_port_of_the_composition_is_open_to_other_machines():
    published = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert published
    assert [port for port in published if not port.startswith("127.0.0.1:")] == []


def test_every_secret_is_a_file_that_is_never_committed():
    files = [secret["file"] for secret in COMPOSE["secrets"].values()]
    assert all(file.startswith("secrets/") for file in files)
    assert "/secrets/" in (DEPLOY / ".gitignore").read_text(encoding="utf-8").splitlines()


def test_what_the_composition_mounts_from_here_is_here():
    mounted = [v["source"] for s in SERVICES.values() for v in s.get("volumes", []) if isinstance(v, dict)]
    here = [source for source in mounted if not source.startswith("$")]
    assert here
    assert all((DEPLOY / source).is_file() for source in here)


def test_kubernetes_accepts_every_manifest_strictly():
    done = checked("kubernetes-validate", "--strict", *MANIFESTS.values())
    assert done.returncode == 0, done.stdout + done.stderr


WRONG = [("replicas", "minReplicas: 2", "minReplicas: two", "autoscaler"),
         ("probe", "readinessProbe:", "readynessProbe:", "deployment"),
         ("limit", "readOnlyRootFilesystem: true", 'readOnlyRootFilesystem: "yes"', "deployment")]  # fmt: skip


@pytest.mark.parametrize(
    ("right", "wrong", "name"), [row[1:] for row in WRONG], ids=[row[0] for row in WRONG]
)
def test_a_wrong_type_or_a_misspelt_word_in_a_manifest_is_found(tmp_path, right, wrong, name):
    text = MANIFESTS[name].read_text(encoding="utf-8")
    assert right in text
    (tmp_path / "wrong.yaml").write_text(text.replace(right, wrong))
    assert checked("kubernetes-validate", "--strict", tmp_path / "wrong.yaml").returncode == 1


def test_the_pods_may_do_nothing_but_serve():
    rights = POD["securityContext"] | CONTAINER["securityContext"]
    assert (rights["runAsNonRoot"], rights["runAsUser"]) == (True, 10001)
    assert (rights["readOnlyRootFilesystem"], rights["allowPrivilegeEscalation"]) == (True, False)
    assert (rights["capabilities"], rights["seccompProfile"]) == (
        {"drop": ["ALL"]},
        {"type": "RuntimeDefault"},
    )
    assert POD["automountServiceAccountToken"] is False


def test_the_pods_read_their_models_and_do_not_write_them():
    (models,) = [mount for mount in CONTAINER["volumeMounts"] if mount["mountPath"] == "/models"]
    (claim,) = [volume for volume in POD["volumes"] if volume["name"] == models["name"]]
    assert (models["readOnly"], claim["persistentVolumeClaim"]["readOnly"]) == (True, True)
    assert claim["persistentVolumeClaim"]["claimName"] == OBJECTS["models"]["metadata"]["name"]


def test_a_pod_has_a_limit_and_asks_for_less():
    assert (
        set(CONTAINER["resources"]["limits"]) == set(CONTAINER["resources"]["requests"]) == {"cpu", "memory"}
    )


def test_whatever_selects_the_pods_finds_them():
    labels = OBJECTS["deployment"]["spec"]["template"]["metadata"]["labels"]
    selectors = [OBJECTS[name]["spec"]["selector"] for name in ("deployment", "disruption")]
    found = [selector["matchLabels"] for selector in selectors]
    found += [
        OBJECTS["service"]["spec"]["selector"],
        OBJECTS["network"]["spec"]["podSelector"]["matchLabels"],
    ]
    assert found == [labels] * 4
    assert (
        OBJECTS["autoscaler"]["spec"]["scaleTargetRef"]["name"] == OBJECTS["deployment"]["metadata"]["name"]
    )


def test_the_number_of_pods_is_the_autoscalers_alone():
    assert "replicas" not in OBJECTS["deployment"]["spec"]
    assert OBJECTS["autoscaler"]["spec"]["minReplicas"] > OBJECTS["disruption"]["spec"]["maxUnavailable"]


def test_the_secret_is_named_and_stands_in_no_manifest():
    assert "Secret" not in {thing["kind"] for thing in OBJECTS.values()}
    assert "course-model" in [
        volume["secret"]["secretName"] for volume in POD["volumes"] if "secret" in volume
    ]


@pytest.mark.parametrize("probe", ["startupProbe", "readinessProbe", "livenessProbe"])
def test_every_probe_asks_an_address_that_answers(tmp_path, probe):
    asked = CONTAINER[probe]["httpGet"]
    assert (ask(small_app(tmp_path), "GET", asked["path"], key=None).status_code, asked["port"]) == (
        200,
        "http",
    )


def test_a_pod_without_a_model_gets_no_requests_and_is_not_started_again():
    paths = [CONTAINER[probe]["httpGet"]["path"] for probe in ("readinessProbe", "livenessProbe")]
    assert paths == ["/readyz", "/livez"]


def test_a_pod_has_the_time_to_finish_what_is_in_flight():
    asked = int(
        re.search(
            r'timeout-graceful-shutdown", "(\d+)"', (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
        )[1]
    )
    before = int(CONTAINER["lifecycle"]["preStop"]["exec"]["command"][-1])
    assert before + asked < POD["terminationGracePeriodSeconds"]
    assert asked < int(SERVICES["model"]["stop_grace_period"].removesuffix("s"))
    assert asked < int(unit()["TimeoutStopSec"][0])


def told_by_each_recipe():
    """The environment of the service, recipe by recipe, without what the image says."""
    kubernetes = OBJECTS["configmap"]["data"] | {entry["name"]: entry["value"] for entry in CONTAINER["env"]}
    systemd = dict(entry.split("=", 1) for entry in unit()["Environment"])
    image = {"COURSE_REGISTRY": "/models"}
    return {
        "compose": image | SERVICES["model"]["environment"],
        "kubernetes": image | kubernetes,
        "systemd": systemd,
    }


@pytest.mark.parametrize("name", ["compose", "kubernetes", "systemd"])
def test_what_a_recipe_tells_the_service_is_read_and_is_enough(tmp_path, name):
    (tmp_path / "secret").write_text("a key for these tests only")
    told = told_by_each_recipe()[name]
    files = {key: str(tmp_path / "secret") for key in told if key.endswith("_FILE")}
    ours = {key: value for key, value in (told | files).items() if key.startswith("COURSE_")}
    read = Reading(ours)
    assert Settings.from_environment(read).api_keys == ("a key for these tests only",)
    assert set(ours) <= read.names


class Reading(dict):
    """An environment that knows which of its variables were asked for."""

    def __init__(self, told):
        super().__init__(told)
        self.names = set()

    def get(self, name, default=None):
        self.names.add(name)
        return super().get(name, default)

    def __getitem__(self, name):
        self.names.add(name)
        return super().__getitem__(name)


def test_every_variable_that_a_recipe_or_its_page_names_is_one_that_is_read():
    read = Reading({"COURSE_REGISTRY": "models"})
    with pytest.raises(SettingsError):
        Settings.from_environment(read)
    named = {
        name for path in RECIPES for name in re.findall(r"COURSE_[A-Z_]+", path.read_text(encoding="utf-8"))
    }
    assert (
        {"COURSE_API_KEY", "COURSE_REGISTRY"}
        <= named
        <= read.names | {"COURSE_PREDICTION_LOG", "COURSE_PREDICTION_LOG_FILE"}
    )


def test_all_recipes_agree_on_the_port():
    dockerfile = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    published = SERVICES["model"]["ports"][0].split(":")[1:]
    ports = [*re.findall(r'(?:EXPOSE |"--port", "|127\.0\.0\.1:)(\d+)', dockerfile), *published]
    ports += [PROMETHEUS["scrape_configs"][0]["static_configs"][0]["targets"][0].split(":")[1]]
    ports += re.findall(r"--port (\d+)", unit()["ExecStart"][0])
    manifests = [CONTAINER["ports"][0]["containerPort"], OBJECTS["service"]["spec"]["ports"][0]["port"]]
    manifests += [OBJECTS["network"]["spec"]["ingress"][0]["ports"][0]["port"]]
    assert {*map(int, ports), *manifests} == {8000}
    assert len(ports) >= 7


def test_all_recipes_start_the_same_service():
    started = (
        unit()["ExecStart"][0],
        re.sub(r'[",\\\s]+', " ", (DEPLOY / "Dockerfile").read_text(encoding="utf-8")),
    )
    command = "uvicorn --factory course_utils.deploy.service:app_from_environment"
    assert all(command in text for text in started)


def test_all_recipes_run_the_same_image():
    assert SERVICES["model"]["image"] == CONTAINER["image"]


def test_the_unit_gives_up_what_it_does_not_need():
    service = unit()
    wanted = {"DynamicUser": "yes", "ProtectSystem": "strict", "NoNewPrivileges": "yes", "ProtectHome": "yes"}
    wanted |= {"CapabilityBoundingSet": "", "SystemCallErrorNumber": "EPERM"}
    assert {key: service[key] for key in wanted} == {key: [value] for key, value in wanted.items()}


def test_the_key_of_the_unit_is_a_credential_and_no_variable():
    service = unit()
    assert service["LoadCredential"] == ["api_key:/etc/course-model/api_key"]
    assert "COURSE_API_KEY_FILE=%d/api_key" in service["Environment"]


def require_program(name, package):
    """Return where a program is; skip the test where it is not, but fail in CI, which installs it."""
    if (program := shutil.which(name)) is not None:
        return program
    why = f"{package} is not installed: there is no {name} on the PATH"
    pytest.fail(why) if os.environ.get("CI") else pytest.skip(why)


def systemd_analyze(*arguments):
    """What systemd says; skip the test where there is none."""
    program = require_program("systemd-analyze", "systemd")
    return subprocess.run([program, *map(str, arguments)], capture_output=True, text=True, timeout=60)


def test_systemd_knows_every_word_of_the_unit(tmp_path):
    there = tmp_path / UNIT.name
    there.write_text(
        UNIT.read_text(encoding="utf-8").replace("/opt/course-model/bin/uvicorn", sys.executable)
    )
    done = systemd_analyze("verify", "--man=no", there)
    assert (done.returncode, done.stderr) == (0, "")


def test_systemd_counts_the_unit_among_the_safe_ones():
    done = systemd_analyze("security", "--offline=true", "--threshold=15", UNIT)
    assert done.returncode == 0, done.stdout[-300:]


def test_what_the_alarms_watch_is_what_the_service_counts(tmp_path):
    counted = set(re.findall(r"# TYPE (\w+)", ask(small_app(tmp_path), "GET", "/metrics", key=None).text))
    watched = {name for rule in RULES for name in re.findall(r"(\w+)\{", rule["expr"])} - {"up"}
    assert watched
    assert {name.removesuffix("_count") for name in watched} <= counted


def test_every_alarm_says_how_urgent_it_is_and_what_happened():
    assert {rule["labels"]["severity"] for rule in RULES} == {"page", "ticket"}
    assert all(rule["annotations"]["summary"] for rule in RULES)


def test_what_is_kept_is_long_enough_for_what_the_alarms_look_back_on():
    kept = re.search(r"retention.time=(\d+)d", " ".join(SERVICES["prometheus"]["command"]))[1]
    looked_back = max(int(days) for rule in RULES for days in re.findall(r"offset (\d+)d", rule["expr"]))
    assert int(kept) > looked_back


@pytest.mark.parametrize(
    "asked", [("check", "config", "prometheus.yml"), ("test", "rules", "alerts_test.yml", "stale_test.yml")]
)
def test_prometheus_accepts_its_files_and_the_alarms_ring_when_they_should(asked):
    program = require_program("promtool", "Prometheus")
    done = subprocess.run(
        [program, *asked], cwd=DEPLOY / "prometheus", capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_alarm_is_seen_to_ring_and_to_be_silent():
    files = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in DEPLOY.rglob("*_test.yml")]
    cases = [case for file in files for test in file["tests"] for case in test["alert_rule_test"]]
    ringing = {case["alertname"] for case in cases if case.get("exp_alerts")}
    silent = {case["alertname"] for case in cases if not case.get("exp_alerts")}
    assert ringing == silent == {rule["alert"] for rule in RULES}


def test_the_page_of_the_recipes_names_each_of_them():
    page = (DEPLOY / "README.md").read_text(encoding="utf-8")
    recipes = {path.relative_to(DEPLOY).as_posix() for path in RECIPES} - {"README.md", ".gitignore"}
    assert [
        name for name in sorted(recipes) if name not in page and name.split("/")[0] + "/" not in page
    ] == []
