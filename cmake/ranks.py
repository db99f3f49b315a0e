"""Turns a vocabulary of the npm package tiktoken (encoders/*.json) into what src/tokenizer reads.

In: {"bpe_ranks": "! 0 IQ== Ig== ...", ...}: lines of a name, the first rank, and tokens in base 64.
Out: for each rank in order one byte of length and the token's bytes; a rank without token is one zero
byte.
"""

import base64
import json
import pathlib
import sys


def main():
    source, target = map(pathlib.Path, sys.argv[1:])
    tokens = {}
    for line in json.loads(source.read_text())["bpe_ranks"].split("\n"):
        if not line:
            continue
        _, first, *encoded = line.split(" ")
        for rank, token in enumerate(encoded, int(first)):
            tokens[rank] = base64.b64decode(token, validate=True)
    packed = bytearray()
    for rank in range(max(tokens) + 1):
        token = tokens.get(rank, b"")
        if len(token) > 255:
            sys.exit(f"{source.name}: token {rank} has more than 255 bytes")
        packed.append(len(token))
        packed += token
    target.write_bytes(packed)


main()
