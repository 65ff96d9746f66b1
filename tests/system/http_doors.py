"""HTTP processes, as a test opens and loses them."""

import socket
from pathlib import Path

import httpx2 as httpx

from deploy.local.processes import Process, started
from tests.system.installation import Installation, until


class Doors:
    """HTTP processes, one after another: of orders, or what ``module`` runs."""

    def __init__(self, installation: Installation, logs: Path) -> None:
        self.installation = installation
        self.logs = logs
        self.made: list[Process] = []

    async def open(self, module: str = "tests.system.http_entry {}", **environment: str) -> httpx.AsyncClient:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        settings = {
            **self.installation.environment,
            "LEASELINE_HTTP_OPEN": "yes",
            "LEASELINE_HTTP_PORT": str(port),
            **environment,
        }
        services = started(
            self.installation.addresses,
            self.logs / f"http-{len(self.made)}",
            services=("orders",),
            environment=settings,
            module=module,
        )
        self.made += services.processes
        address = f"http://127.0.0.1:{settings['LEASELINE_HTTP_PORT']}"
        client = httpx.AsyncClient(base_url=address, timeout=30)

        async def answers() -> bool:
            services.check()
            try:
                return (await client.get("/health/ready")).status_code == 200
            except httpx.TransportError:
                return False

        await until(answers, "an HTTP process")
        return client

    def stop(self) -> None:
        for process in self.made:
            process.popen.kill()
            process.popen.wait()
            process.output.close()
