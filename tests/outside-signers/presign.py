"""Prints a bearer token that botocore signed: presign.py REGION CLUSTER."""

import base64
import sys

import botocore.session
from botocore.signers import RequestSigner


def bearer(region, cluster):
    session = botocore.session.get_session()
    client = session.create_client("sts", region_name=region)
    service_id = client.meta.service_model.service_id
    signer = RequestSigner(
        service_id, region, "sts", "v4", session.get_credentials(), session.get_component("event_emitter")
    )
    request = {
        "method": "GET",
        "url": client.meta.endpoint_url + "/?Action=GetCallerIdentity&Version=2011-06-15",
        "body": {},
        "headers": {"x-k8s-aws-id": cluster},
        "context": {},
    }
    url = signer.generate_presigned_url(request, region_name=region, expires_in=60, operation_name="")
    return "k8s-aws-v1." + base64.urlsafe_b64encode(url.encode()).decode().rstrip("=")


print(bearer(*sys.argv[1:]))
