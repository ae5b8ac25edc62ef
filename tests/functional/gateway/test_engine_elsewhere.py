"""An engine that states a path we could read, and reads other files."""

from __future__ import annotations

import pytest

from support.fault_engine import Say, running_engine, whole
from support.running_gateway import KnownDigests, ask, run, running_gateway

BODY = b'{"model":"m","messages":[]}'


@pytest.mark.parametrize(("same_files", "status"), [("auto", "resolved"), ("no", "unknown")])
def test_weights_are_bound_by_path_only_where_the_files_are_ours(same_files: str, status: str) -> None:
    """An engine in a container states `/models/a.gguf`; the file of that name out here is another one."""

    async def scenario() -> None:
        known = KnownDigests({"/models/a.gguf": b"the file out here"})
        async with running_engine(lambda _: [Say(whole(b'{"choices":[]}'))]) as engine:
            engine.props = b'{"model_path":"/models/a.gguf","build_info":"b1"}'
            async with running_gateway(engine.url, digests=known, same_files=same_files) as gateway:  # type: ignore[arg-type]  # a table's column
                assert (await ask(gateway, BODY)).status == 200
                (request,) = await gateway.wait_for("exchange.request")
                assert request.body["model"]["status"] == status
                assert (request.body["model"]["artifact"] is not None) == (status == "resolved")

    run(scenario())
