"""What an application answered, for the layers around it that only look on."""

from starlette.types import Message, Send


class Answered:
    """Passes on what is sent. ``status`` is that of the answer; 500 as long as there is none."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.status = 500

    async def __call__(self, message: Message) -> None:
        """One message of the answer."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
        await self._send(message)
