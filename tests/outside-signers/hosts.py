"""Prints where botocore asks a service in every region that it knows: a JSON list of [REGION, FIPS, DUALSTACK, URL, SIGNED], the last the region that signatures name. Usage: hosts.py SERVICE"""

import itertools
import json
import sys

from botocore.endpoint_provider import EndpointProvider
from botocore.loaders import Loader

loader = Loader()
partitions = loader.load_data("partitions")
provider = EndpointProvider(loader.load_service_model(sys.argv[1], "endpoint-rule-set-1"), partitions)


def hosts():
    for partition in partitions["partitions"]:
        regions = (region for region in partition["regions"] if not region.endswith("-global"))
        for region, fips, dualstack in itertools.product(regions, [False, True], [False, True]):
            asked = {"Region": region, "UseFIPS": fips, "UseDualStack": dualstack}
            endpoint = provider.resolve_endpoint(**asked)
            schemes = endpoint.properties.get("authSchemes") or [{}]
            yield region, fips, dualstack, endpoint.url, schemes[0].get("signingRegion", region)


print(json.dumps(list(hosts())))
