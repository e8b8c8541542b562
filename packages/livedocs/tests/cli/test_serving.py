import asyncio
import socket

from livedocs.cli.serving import listen


class _Accepting(asyncio.Protocol):
    def __init__(self, accepted):
        self.accepted = accepted

    def connection_made(self, transport):
        self.accepted.set_result(transport.get_extra_info("socket"))


async def test_an_answer_does_not_wait_for_its_head_to_be_acknowledged_and_is_given_up_when_nothing_is():
    loop = asyncio.get_running_loop()
    accepted = loop.create_future()
    listener = listen("127.0.0.1", 0, send_timeout_seconds=7)
    async with await loop.create_server(lambda: _Accepting(accepted), sock=listener):
        _, writer = await asyncio.open_connection(*listener.getsockname())
        assert (await accepted).getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        assert (await accepted).getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 7000
        writer.close()
        await writer.wait_closed()
