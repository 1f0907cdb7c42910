"""An API server that only plays back: discovery, one Table, and the pods of a corpus over LIST and WATCH.

It has every byte ready before anyone asks, so that what is measured is the client (performance.md,
H1). It runs in a process of its own and obeys words on its standard input:

    go           send every change to each open watch, as fast as it takes them
    pace N S     send N changes a second for S seconds
    expire       end each open watch with 410 Gone
"""

import argparse
import asyncio
import pickle
import ssl
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from tests.bench.corpus import PROTOBUF, Corpus

PIECE = 256 * 1024
JSON_MOST = 20_000
"""Pods beyond which nobody asks for JSON."""


class Replay:
    """The bodies, and the watches that are open."""

    def __init__(self, corpus: Corpus) -> None:
        self.corpus = corpus
        forms = ("protobuf", "json") if corpus.pods <= JSON_MOST else ("protobuf",)
        self._initial = {form: _pieces(corpus.initial(form)) for form in forms}
        self._changes = {form: _pieces(corpus.changes(form)) for form in forms}
        self._singles = [_chunk(frame) for frame in corpus.changes("protobuf")]
        self._listing = corpus.listing() if "json" in forms else b""
        self._waiting = ""
        self._pacing: set[asyncio.Task[None]] = set()
        self._watches: dict[asyncio.Queue[str], asyncio.StreamWriter] = {}

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one connection."""
        try:
            while line := await reader.readline():
                target = line.split()[1].decode()
                accept = ""
                while (header := await reader.readline()) not in (b"\r\n", b""):
                    name, _, value = header.decode().partition(":")
                    if name.lower() == "accept":
                        accept = value.strip()
                await self._answer(
                    urlsplit(target).path, parse_qs(urlsplit(target).query), accept, writer
                )
        except (ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            pass
        finally:
            writer.close()

    async def _answer(
        self, path: str, query: dict[str, list[str]], accept: str, writer: asyncio.StreamWriter
    ) -> None:
        corpus = self.corpus
        if path != "/api/v1/pods":
            body = corpus.recording.answers.get(path)
            await _whole(writer, body if body is not None else b"{}", found=body is not None)
        elif query.get("watch", ["false"])[0] in ("true", "1"):
            form = "protobuf" if PROTOBUF in accept else "json"
            await self._watch(form, "sendInitialEvents" in query, writer)
        elif "as=Table" in accept.partition(",")[0]:
            limit = int(query.get("limit", ["0"])[0])
            await _whole(writer, corpus.table(limit, time.time_ns() // 1_000_000))
        else:
            await _whole(writer, self._listing)

    async def _watch(self, form: str, is_list: bool, writer: asyncio.StreamWriter) -> None:
        kind = f"{PROTOBUF};stream=watch" if form == "protobuf" else "application/json"
        writer.write(
            f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
        )
        if is_list:
            await _send(writer, self._initial[form])
            await _send(writer, [_chunk(self.corpus.end_mark(form))])
        words: asyncio.Queue[str] = asyncio.Queue()
        self._watches[words] = writer
        if self._waiting:
            words.put_nowait(self._waiting)
            self._waiting = ""
        try:
            while True:
                word, *numbers = (await words.get()).split()
                if word == "go":
                    await _send(writer, self._changes[form])
                elif word == "pace":
                    task = asyncio.create_task(self._pace(writer, *map(int, numbers)))
                    self._pacing.add(task)
                    task.add_done_callback(self._forget)
                elif word == "expire":
                    for task in self._pacing:
                        task.cancel()
                    writer.write(_chunk(self.corpus.gone(form)) + b"0\r\n\r\n")
                    await writer.drain()
                    return
        finally:
            self._watches.pop(words, None)

    def _forget(self, task: asyncio.Task[None]) -> None:
        self._pacing.discard(task)
        if not task.cancelled():
            task.exception()  # whoever was listened to has left

    async def _pace(self, writer: asyncio.StreamWriter, rate: int, seconds: int) -> None:
        begun = time.monotonic()
        frames = self._singles
        sent, count = 0, min(rate * seconds, len(frames))
        while sent < count:
            due = min(int((time.monotonic() - begun) * rate), count)
            if due > sent:
                writer.write(b"".join(frames[sent:due]))
                await writer.drain()
                sent = due
            await asyncio.sleep(0.005)

    def tell(self, word: str) -> None:
        """Have every open watch do it, or the next one if none is: some clients open theirs late."""
        listening = [words for words, writer in self._watches.items() if not writer.is_closing()]
        if not listening:
            self._waiting = word
        for words in listening:
            words.put_nowait(word)


def _chunk(frame: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(frame), frame)


def _pieces(frames: Iterable[bytes]) -> list[bytes]:
    """Return the frames as HTTP chunks, one each as an API server sends them, in large pieces."""
    pieces, waiting, size = [], [], 0
    for frame in frames:
        waiting.append(_chunk(frame))
        size += len(frame)
        if size > PIECE:
            pieces.append(b"".join(waiting))
            waiting, size = [], 0
    return [*pieces, b"".join(waiting)]


async def _send(writer: asyncio.StreamWriter, pieces: Iterable[bytes]) -> None:
    for piece in pieces:
        writer.write(piece)
        await writer.drain()


async def _whole(writer: asyncio.StreamWriter, body: bytes, *, found: bool = True) -> None:
    status = "200 OK" if found else "404 Not Found"
    kind = "application/json"
    if b'"APIGroupDiscoveryList"' in body[:200]:
        kind += ";g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"
    writer.write(
        f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    )
    await _send(writer, [body])


async def _main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("recording", type=Path)
    parser.add_argument("--pki", type=Path, required=True)
    parser.add_argument("--pods", type=int, required=True)
    parser.add_argument("--events", type=int, required=True)
    options = parser.parse_args()
    recording = pickle.loads(options.recording.read_bytes())
    replay = Replay(Corpus(recording, options.pods, options.events))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(options.pki / "apiserver.crt", options.pki / "apiserver.key")
    server = await asyncio.start_server(replay.serve, "127.0.0.1", 0, ssl=context, limit=2**20)
    print(server.sockets[0].getsockname()[1], flush=True)
    while line := await asyncio.to_thread(sys.stdin.readline):
        replay.tell(line.strip())
    server.close()


if __name__ == "__main__":
    asyncio.run(_main())
