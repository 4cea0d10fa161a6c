"""Reads what aws-auth-sync wrote as its consumers do. argv: the directory of outputs, the project."""

import json
import pathlib
import re
import shlex
import subprocess
import sys

import botocore.session
import hcl2
import jsonschema
import junitparser
import markdown_it
import sarif_pydantic
import yaml
from botocore.validate import ParamValidator

out, project = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])


def read(name):
    return (out / name).read_text()


def lint():
    findings = json.loads(read("lint.json"))["findings"]
    assert findings, "there is something to find"
    sarif = sarif_pydantic.Sarif.model_validate_json(read("lint.sarif"))
    results = sarif.runs[0].results
    assert len(results) == len(findings)
    rules = sarif.runs[0].tool.driver.rules
    for result in results:
        assert rules[result.rule_index].id == result.rule_id
        region = result.locations[0].physical_location.region
        assert 1 <= region.start_line <= region.end_line
    junit = junitparser.JUnitXml.fromfile(str(out / "lint.junit"))
    errors = [found for found in findings if found["severity"] == "error"]
    assert (junit.tests, junit.failures) == (len(findings), len(errors))
    assert sum(len(suite) for suite in junit) == len(findings)
    tokens = markdown_it.MarkdownIt("gfm-like", {"linkify": False}).parse(read("lint.markdown"))
    rows = [token for token in tokens if token.type == "tr_open"]
    assert len(rows) == len(findings) + 1, "a row for each finding, and the head"
    assert not [token for token in tokens if token.type == "html_block"]
    commands = read("lint.github").splitlines()
    pattern = re.compile(r"::(error|warning|notice) (\w+=[^,:]*)(,\w+=[^,:]*)*::.+")
    assert len(commands) == len(findings) and all(map(pattern.fullmatch, commands)), commands


def schema():
    validator = jsonschema.Draft202012Validator
    native = json.loads(read("schema.json"))
    validator.check_schema(native)
    for example in sorted((project / "examples/access").glob("*.yaml")):
        for document in yaml.safe_load_all(example.read_text()):
            validator(native).validate(document)
    for wrong in [
        {},
        {"apiVersion": "aws-auth-sync/v1", "kind": "AwsAuth", "rolls": []},
        {"apiVersion": "aws-auth-sync/v1", "kind": "AwsAuth", "accounts": [111122223333]},
        {"apiVersion": "aws-auth-sync/v1", "kind": "AwsAuth", "roles": [{"username": "a"}]},
    ]:
        assert list(validator(native).iter_errors(wrong)), wrong


def eks():
    return botocore.session.Session().get_service_model("eks")


def migration():
    model = eks()
    calls = 0
    for line in read("emit.cli").splitlines():
        words = shlex.split(line, comments=True)
        if words[:2] != ["aws", "eks"]:
            continue
        operation = "".join(word.title() for word in words[2].split("-"))
        shape = model.operation_model(operation).input_shape
        report = ParamValidator().validate(json.loads(words[4]), shape)
        assert not report.has_errors(), report.generate_report()
        calls += 1
    entries = json.loads(read("emit.json"))["accessEntries"]
    assert calls >= len(entries) > 2
    arns = {entry["principalArn"] for entry in entries}

    terraform = hcl2.loads(read("emit.terraform"))
    made = [block["aws_eks_access_entry"] if "aws_eks_access_entry" in block else block.get('"aws_eks_access_entry"')
            for block in terraform["resource"]]
    found = {body["principal_arn"].strip('"') for block in made if block for name, body in block.items()}
    assert found == arns, (found, arns)
    assert terraform["import"], "what EKS makes itself is imported"

    template = yaml.safe_load(read("emit.cloudformation"))
    allowed = {"ClusterName", "PrincipalArn", "Type", "Username", "KubernetesGroups", "AccessPolicies"}
    resources = template["Resources"].values()
    assert {resource["Type"] for resource in resources} == {"AWS::EKS::AccessEntry"}
    assert all(set(resource["Properties"]) <= allowed for resource in resources)
    assert {resource["Properties"]["PrincipalArn"] for resource in resources} == arns
    assert all(re.fullmatch("[A-Za-z0-9]+", name) for name in template["Resources"])

    eksctl = yaml.safe_load(read("emit.eksctl"))["accessConfig"]["accessEntries"]
    assert {entry["principalARN"] for entry in eksctl} == arns


def integrations():
    scripts = pathlib.Path(sys.executable).parent
    subprocess.run([scripts / "pre-commit", "validate-manifest", project / ".pre-commit-hooks.yaml"], check=True)
    command = [scripts / "check-jsonschema", "--builtin-schema", "vendor.github-actions", project / "action.yml"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


for check in [lint, schema, migration, integrations]:
    check()
print("read")
