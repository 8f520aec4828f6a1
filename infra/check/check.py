"""Checks templates offline: reads them, transforms them as CloudFormation would, lints the result.

By hand, which prints the findings and fails if there are any:

    python3 infra/check/check.py infra/template.yaml

For the tests, which check many templates by one process, and judge the result themselves, with
`--serve`: a line of JSON comes in, a line of JSON goes out.

    {"transform": "text of a template"}       -> {"step": ..., "findings": [...], "resolved": ...}
    {"lint": {...}, "first_only": true}       -> {"step": ..., "findings": [...]}

`step` is what found something, or null. No credentials and no network are needed. What no transform
and no linter knows (who may do what, what must be encrypted, where goes what fails) is asserted in
tests/template.
"""

import json
import os
import pathlib
import sys

# The translator asks for a session's region, and for nothing else of AWS.
REGION = "eu-central-1"
os.environ["AWS_DEFAULT_REGION"] = REGION
os.environ["AWS_EC2_METADATA_DISABLED"] = "true"

HERE = pathlib.Path(__file__).resolve().parent
# Where the tests install requirements.txt; by hand they may be installed anywhere.
sys.path.insert(0, str(HERE.parent.parent / "target" / "python-check"))

try:
    import yaml
    from cfnlint.config import ConfigMixIn
    from cfnlint.rules import Rules
    from cfnlint.runner.template import run_template_by_data
    from samtranslator.model.exceptions import InvalidDocumentException
    from samtranslator.translator.transform import transform
    from samtranslator.yaml_helper import intrinsics_multi_constructor
except ImportError as missing:
    sys.exit(f"{missing}; install with: python3 -m pip install -r {HERE / 'requirements.txt'}")


class Refused(Exception):
    """A template that did not get through a step."""

    def __init__(self, step, findings):
        super().__init__(step)
        self.step, self.findings = step, findings


class NoManagedPolicies:
    """The translator would ask IAM for them. Our roles are written out and name none."""

    def load(self):
        return {}


class TemplateLoader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
    """YAML with CloudFormation's short forms, such as `!Ref`."""


TemplateLoader.add_multi_constructor("!", intrinsics_multi_constructor)


def read(text):
    """The template as data, or why CloudFormation would read it otherwise."""
    try:
        loader = TemplateLoader(text)
        node = loader.get_single_node()
        findings = list(misread(node, set()))
        template = loader.construct_document(node) if node else None
    except yaml.YAMLError as error:
        raise Refused("read", [str(error)]) from error
    if not isinstance(template, dict):
        findings.append("this is no template: it has no Resources")
    if findings:
        raise Refused("read", findings)
    return template


def misread(node, seen):
    """What a YAML reader takes in silence: keys that stand twice, and aliases, which CloudFormation
    does not know."""
    if id(node) in seen:
        yield f"line {node.start_mark.line + 1}: an alias stands for this"
        return
    seen.add(id(node))
    if isinstance(node, yaml.MappingNode):
        names = [key.value for key, _ in node.value]
        for key, value in node.value:
            if names.count(key.value) > 1:
                yield f"line {key.start_mark.line + 1}: {key.value} stands twice"
            yield from misread(value, seen)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from misread(value, seen)


def upload(template):
    """Stands in for `sam package`: code on this machine becomes an object named by its path."""
    for resource in template.get("Resources", {}).values():
        properties = resource.get("Properties") or {}
        code = properties.get("CodeUri")
        if isinstance(code, str) and not code.startswith("s3://"):
            key = pathlib.PurePosixPath(os.path.normpath(f"infra/{code}"))
            properties["CodeUri"] = f"s3://code/{key}"


def transformed(template):
    """What CloudFormation would deploy."""
    try:
        upload(template)
        result = transform(template, {}, NoManagedPolicies())
    except InvalidDocumentException as error:
        causes = [cause.message for cause in error.causes] or [error.message]
        raise Refused("transform", causes) from error
    except Exception as error:  # The translator stumbles over some mistakes instead of naming them.
        raise Refused("transform", [f"{type(error).__name__}: {error}"]) from error
    # Through JSON, so that what is judged is what would be sent.
    return json.loads(json.dumps(result))


class Linter:
    """cfn-lint with its rules read once."""

    def __init__(self):
        self.rules = Rules()
        for folder in ConfigMixIn(cli_args=[]).append_rules:
            self.rules.update(Rules.create_from_directory(folder))

    def lint(self, template, first_only):
        config = ConfigMixIn(cli_args=[], regions=[REGION])
        findings = []
        for match in run_template_by_data(template, config, self.rules):
            path = "/".join(str(part) for part in getattr(match, "path", None) or [])
            findings.append(f"{match.rule.id} {match.message} ({path})")
            if first_only:
                break
        if findings:
            raise Refused("lint", findings)


def answer(linter, asked):
    """One line of the tests."""
    try:
        if "transform" in asked:
            return {"step": None, "findings": [], "resolved": transformed(read(asked["transform"]))}
        linter.lint(asked["lint"], asked.get("first_only", False))
        return {"step": None, "findings": []}
    except Refused as refused:
        return {"step": refused.step, "findings": refused.findings}


def serve():
    """Many templates, one process, until nothing more comes in."""
    linter = Linter()
    for line in sys.stdin:
        print(json.dumps(answer(linter, json.loads(line))), flush=True)


def by_hand(path):
    """One template, for people."""
    try:
        text = pathlib.Path(path).read_text(encoding="utf-8")
        Linter().lint(transformed(read(text)), first_only=False)
    except Refused as refused:
        for finding in refused.findings:
            print(f"{refused.step}: {finding}")
        sys.exit(1)
    print(f"{path}: no findings")


if __name__ == "__main__":
    if sys.argv[1:] == ["--serve"]:
        serve()
    elif len(sys.argv) == 2:
        by_hand(sys.argv[1])
    else:
        sys.exit("usage: check.py TEMPLATE | check.py --serve")
