"""`python -m bench.sink [seconds]`: a mail server that takes everything, says its port, and waits that long before each yes."""

import asyncio
import contextlib
import sys

from aiosmtpd.smtp import SMTP


class Takes:
    """Says yes to every mail and keeps none."""

    def __init__(self, slow: float) -> None:
        self.slow = slow

    async def handle_DATA(self, _server: object, _session: object, _envelope: object) -> str:  # noqa: N802 -- aiosmtpd's name
        if self.slow:
            await asyncio.sleep(self.slow)
        return "250 taken"


async def serve(slow: float) -> None:
    handler = Takes(slow)
    server = await asyncio.get_running_loop().create_server(lambda: SMTP(handler), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(float(sys.argv[1]) if len(sys.argv) > 1 else 0))
