"""Prints the ARN that the STS at AWS_ENDPOINT_URL_STS gives the caller: whoami.py REGION."""

import sys

import botocore.session

client = botocore.session.get_session().create_client("sts", region_name=sys.argv[1])
print(client.get_caller_identity()["Arn"])
