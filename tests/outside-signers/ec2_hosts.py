"""Prints where botocore asks EC2 in every region that it knows: a JSON list of [REGION, FIPS, DUALSTACK, URL]."""

import itertools
import json

from botocore.endpoint_provider import EndpointProvider
from botocore.loaders import Loader

loader = Loader()
partitions = loader.load_data("partitions")
provider = EndpointProvider(loader.load_service_model("ec2", "endpoint-rule-set-1"), partitions)


def hosts():
    for partition in partitions["partitions"]:
        regions = (region for region in partition["regions"] if not region.endswith("-global"))
        for region, fips, dualstack in itertools.product(regions, [False, True], [False, True]):
            asked = {"Region": region, "UseFIPS": fips, "UseDualStack": dualstack}
            yield region, fips, dualstack, provider.resolve_endpoint(**asked).url


print(json.dumps(list(hosts())))
