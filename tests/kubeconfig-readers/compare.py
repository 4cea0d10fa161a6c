"""Compares kubeconfigs before and after an edit as PyYAML, ruamel.yaml and kubectl read them.

Arguments: kubectl, the name of the entries that were added, a directory with `before/` and `after/`.
Prints one JSON object: for each file a list of faults.
"""

import json
import os
import re
import subprocess
import sys

import ruamel.yaml
import yaml

KUBECTL, NAME, ROOT = sys.argv[1:]


def pyyaml(path):
    with open(path, "rb") as file:
        return yaml.load(file.read(), Loader=yaml.SafeLoader)


def ruamel_12(path):
    with open(path, "rb") as file:
        return ruamel.yaml.YAML(typ="safe", pure=True).load(file.read())


def kubectl(path):
    command = [KUBECTL, "config", "view", "--raw", "--output=json", f"--kubeconfig={path}"]
    result = subprocess.run(command, capture_output=True, text=True, env={"HOME": ROOT})
    if result.returncode != 0:
        raise ValueError(result.stderr)
    return json.loads(result.stdout)


def foreign(config):
    """What is not ours: the entries of other names, and all keys but the current context."""
    config = dict(config or {})
    for key in ("clusters", "contexts", "users"):
        entries = config.pop(key, None) or []
        config[key] = [entry for entry in entries if (entry or {}).get("name") != NAME]
    for key in ("current-context", "apiVersion", "kind"):
        config.pop(key, None)
    return config


def ours(config):
    found = {}
    for key, body in (("clusters", "cluster"), ("contexts", "context"), ("users", "user")):
        entries = [entry for entry in config[key] if (entry or {}).get("name") == NAME]
        if len(entries) != 1:
            raise ValueError(f"{len(entries)} entries of {key}")
        found[body] = entries[0][body]
    found["current"] = config["current-context"]
    return found


def kept_bytes(before, after):
    """Whether `after` is `before` with something added, what the edit is about aside."""
    # An empty list gives way to one with entries, and the current context changes.
    aside = rb"""(?<=current-context)("?\s*:)[^\n\r#},]*|\[\s*\]|\bnull\b|~|\{\s*\}"""
    kept = re.sub(aside, lambda match: match.group(1) or b"", before)
    # The quotes around a current context may be in `kept` no more, and in `after` still.
    rest = iter(after)
    return all(byte in rest for byte in kept)


def compare(name):
    before, after = (os.path.join(ROOT, side, name) for side in ("before", "after"))
    faults = []
    seen = []
    for read in (pyyaml, ruamel_12, kubectl):
        try:
            old = read(before)
        except Exception:
            # What a reader did not read it need not read now.
            if read is kubectl:
                faults.append("kubectl does not read it, and it was edited")
            continue
        try:
            new = read(after)
            if foreign(old) != foreign(new):
                faults.append(f"{read.__name__}: {foreign(old)} became {foreign(new)}")
            seen.append(ours(new))
        except Exception as error:
            faults.append(f"{read.__name__}: {error!r}")
    # kubectl writes defaults of its own.
    for entry in seen:
        exec_ = entry["user"]["exec"]
        if exec_.get("env", 0) is None:
            del exec_["env"]
    if any(entry != seen[0] for entry in seen):
        faults.append(f"the readers disagree: {seen}")
    with open(before, "rb") as one, open(after, "rb") as two:
        if not kept_bytes(one.read(), two.read()):
            faults.append("foreign bytes changed")
    return faults


print(json.dumps({name: compare(name) for name in sorted(os.listdir(f"{ROOT}/after"))}))
