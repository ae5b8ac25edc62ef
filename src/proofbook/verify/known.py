"""The report definitions this program was published with, by what their columns mean.

A definition lies in the room it describes, so whoever writes a room could call a column one thing and fill it with another.
Tables of a known definition have the columns its published text explains; of any other, the report says that their meaning is
the writer's word. A `where` is left out of the comparison: it is said in words beside every table. Pure.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Any, Dict, Iterable, List

from proofbook.verify.encoding import canonical_text

KNOWN_SHAPES = {
    "rpt.access_as_of 1": "40b36deba52e53f1a86541f229fc9eb9a8bf909e918747fc0b0514aa2c209d2b",
    "rpt.access_changes 1": "49206041b0ba0a7b708b2a60cea4e0a55bd79889a4df3421a199ad3615159654",
    "rpt.access_reviews 1": "7e3184a25b88f0db119ee9dcf2dcdbdc917dc03b5c19d2048883ebdf0fb2eb74",
    "rpt.ai_interactions 1": "33e316b26e033b13b334dc1c77e60fdf5a2cd45ebc227a086ec389ca681f7d59",
    "rpt.ai_interactions 2": "4a3b3a75b772124f5938b527273b920ea4d34758d9554694079b54d33e7bd8f4",
    "rpt.ai_interactions 3": "0424ce75607c8887277cc9ecb9ab27d875e0c38bb10f2b7f58d7412b7e638285",
    "rpt.ai_interactions 4": "e800932b09b451c61c5af8d4723e8dbe0e9b25d37aca57b7bae1cc0568c7bd6c",
    "rpt.ai_interactions 5": "17e375c71d4859cacabfa889cc6c5fe5da032e1d151098775c02629443f61e16",
    "rpt.ai_interactions 6": "d5b3070e373963accde602f318ef72499c597455e57b278999fd286a14795efb",
    "rpt.ai_systems 1": "774d4c76769bd6ed77604c6cac5d713926dac3a61185501e98a8cc5eba1485d9",
    "rpt.alerts 1": "276af24135b8b00dcbe537c615a01b68e393143562da530ff064626b33ae20ea",
    "rpt.availability 1": "91d1c937c0684a37269b8e8c5e580d3c624473a75445de9a5c5bf89b35a76e50",
    "rpt.backups 1": "717ddaf793ebe03fd94135e7c0635ed82a548b5a263bd8eae5b17f5a1856c454",
    "rpt.capacity_reviews 1": "300b6cb22dfcee31adf81ded91d2848ede0c90d33fd8253dd35e17ead3368794",
    "rpt.control_exceptions 1": "d1bcc068f053f7ee0e6afe88e0979d7f153174db16e29ae755e4c128766692dd",
    "rpt.disposal 1": "a716860182a7353dbc351e39c47019bc3db542c567f461f44dfed4f97b101d5d",
    "rpt.emergency_changes 1": "08ed80648630758030b836855d376c2c2cc772e4ef9df11a2babf77500e3e083",
    "rpt.engine_changes 1": "16d43cd618f0e21e99fe251b718f4d842405b2091d3f7ed5ca0e696691bd51da",
    "rpt.evaluation_runs 1": "42e3236592f7b6056c1b443dd5eb8e6fc1729a60fc0b74c413f005b5c331c283",
    "rpt.incidents 1": "152bf9a67b1c83f2b5f0baa2fc38dbf25b40c246904057c3e7a0bd94768b60b0",
    "rpt.index_builds 1": "3dd11d1a311730010f21add86cf6de8bbc8b671e456cbffe8cfce28e812bcabf",
    "rpt.integrity_checks 1": "ee8c737379cb896265827da0e3f92767d85bf4e3a7b862bed628964537d0ece8",
    "rpt.inventory_reviews 1": "373a9f8b43e272da0018d803316a99c19b29da9a24fc2b57c28107f25e1a85f2",
    "rpt.leavers 1": "8e17ccb7a534d4fa9b9511823caf46462fa5dcf68b074c2300be19c040432348",
    "rpt.log_access 1": "777587c5c083ca943a174194f7934cf1a6671a5991132a96f683c34639de3cb4",
    "rpt.model_artifacts 1": "c8b7267d0b6c4c4390473e61701259033e412105dc30542f6294791e4aa3d061",
    "rpt.model_artifacts 2": "27184253b6876dc4a91866d293bfc6827b8009dd466198af4e7c494357bcade0",
    "rpt.model_changes 1": "cbd622843b6bb31bc78919b478594d060c77f5348a469f62c0a5d6f10b38f22e",
    "rpt.outbound_rules 1": "1f0a00386b14b732842f47427709ea8829be824431da5a75c4f7ab3e104bf3c6",
    "rpt.prompt_changes 1": "e443a02af488a38eb628154c260023d8f90be66f2adc4bad34637e396cc3b385",
    "rpt.requests 1": "3d6782f1ab0ceb07b40622d52c5efa9535c5008061f6af3703f3a4051bec818f",
    "rpt.reviewed_decisions 1": "79e65dc5ebe0ed25ad13845d03fd6b9b01a37af4b6254e820b7e3b3c6167aa24",
    "rpt.spot_checks 1": "d098dc34623f1b3100ccdc30556e2c894a4267f58d42c6ad0f5a695d72516e8a",
    "rpt.training 1": "34230254650d94f37ebd948065f505d047ecdac00a032edf399fa47168b41001",
    "rpt.upstream_events 1": "3a7d61d405fbc2b5111ce94f1cc382361b301a918cb781c1379f8efa5b33e837",
    "rpt.vendors 1": "c481dabcd3f36149b5141c0bb1ef3509a4f0a3eb53e139f794780df02e7b1d63",
}
"""Id and version -> `shape_of` the published definition."""


def shape_of(definition: Dict[str, Any]) -> str:
    """Hex SHA-256 over a definition's population and tables, without their `where`. The definition has its form."""
    tables = [{**each, "base": {**each["base"], "where": []}} if "base" in each else each for each in definition["tables"]]
    return sha256(canonical_text([definition["population"], tables]).encode("utf-8")).hexdigest()


def is_known(definition: Dict[str, Any]) -> bool:
    """Whether the columns of a definition mean what was published under its id and version."""
    return KNOWN_SHAPES.get(f"{definition['id']} {definition['version']}") == shape_of(definition)


def missing_reports(present: Iterable[Dict[str, Any]]) -> List[str]:
    """Ids of the published reports of which no version is among the definitions of a room."""
    ids = {each["id"] for each in present}
    return sorted({name.partition(" ")[0] for name in KNOWN_SHAPES} - ids)
