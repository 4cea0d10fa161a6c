"""Which source of credentials botocore uses: sources.py CASES.

CASES is a JSON list of {"home": directory, "environment": {…}, "profile": name or null}; what is
printed is a JSON list of one line each. Everything is botocore's own but the last step: what would
ask a network, a process or a token cache answers with what it was told to ask.
"""

import json
import os
import sys

import botocore.credentials
import botocore.session
import botocore.utils
from botocore.exceptions import BotoCoreError

FAR = "2999-01-01T00:00:00Z"


def stub():
    botocore.credentials.EC = object()
    botocore.credentials.LoginCredentialFetcher.load_cached_credentials = lambda self: {
        "access_key": self._session_name, "secret_key": "x", "token": "x", "expiry_time": FAR, "account_id": "x",
    }
    botocore.credentials.ProcessProvider._retrieve_credentials_using = lambda self, command: {
        "access_key": command, "secret_key": "x",
    }
    botocore.utils.ContainerMetadataFetcher.retrieve_full_uri = lambda self, url, headers=None: {
        "AccessKeyId": url, "SecretAccessKey": "x", "Token": "x", "Expiration": FAR,
    }
    metadata = botocore.utils.InstanceMetadataFetcher
    metadata._fetch_metadata_token = lambda self: self._assert_enabled()
    metadata._get_iam_role = lambda self, token: "role"
    metadata._get_credentials = lambda self, role, token: {
        "AccessKeyId": "", "SecretAccessKey": "x", "Token": "x", "Expiration": FAR,
    }


def fetcher_of(credentials):
    refresh = credentials._refresh_using
    return getattr(refresh, "_refresh", refresh).__self__


def call_of(fetcher):
    arguments = dict(fetcher._assume_kwargs)
    if fetcher._using_default_session_name:
        del arguments["RoleSessionName"]
    role = arguments.pop("RoleArn")
    return [role] + [f"{name}={arguments[name]}" for name in sorted(arguments)]


def described(credentials):
    method = credentials.method
    if method == "assume-role":
        fetcher = fetcher_of(credentials)
        return f"{called(method, call_of(fetcher))} < {described(fetcher._source_credentials)}"
    if method == "assume-role-with-web-identity":
        fetcher = fetcher_of(credentials)
        return called(method, [fetcher._web_identity_token_loader._web_identity_token_path] + call_of(fetcher))
    if method == "sso":
        fetcher = fetcher_of(credentials)
        session = fetcher._sso_session_name
        return called(
            method,
            [fetcher._role_name, fetcher._account_id, fetcher._sso_region, fetcher._start_url]
            + ([session] if session else []),
        )
    return called(method, [credentials.access_key])


def called(method, arguments):
    return f"{method}({', '.join(arguments)})"


def choice(case):
    os.environ.clear()
    os.environ.update(case["environment"], HOME=case["home"])
    session = botocore.session.Session(profile=case["profile"])
    try:
        credentials = botocore.credentials.create_credential_resolver(session).load_credentials()
    except BotoCoreError:
        return "error"
    return "error" if credentials is None else described(credentials)


stub()
with open(sys.argv[1], encoding="utf-8") as cases:
    json.dump([choice(case) for case in json.load(cases)], sys.stdout)
