"""Whole objects come out as they went in, whatever was compressed, replaced or removed meanwhile."""

import random

import pytest

from dashboard.api.names import Namespace, ObjectKey, ObjectName
from dashboard.cache.objects import BLOCK, FRESH_LIMIT_BYTES, Objects


def key(number: int) -> ObjectKey:
    return ObjectKey(Namespace("a"), ObjectName(f"pod-{number}"))


def body(number: int, version: int = 0) -> bytes:
    chance = random.Random(f"{number}/{version}")
    return b"a body of some length, much like the others " * 40 + chance.randbytes(40)


SEALED = FRESH_LIMIT_BYTES // len(body(0)) + 10 * BLOCK
"""Bodies of which ten blocks' worth do not fit uncompressed."""


@pytest.mark.parametrize("seed", range(3))
def test_any_history_of_changes_is_what_a_dict_would_hold(seed: int) -> None:
    chance = random.Random(seed)
    objects, model = Objects(), {}
    for version in range(3):
        for number in range(SEALED):
            if version == 0 or chance.random() < 0.6:
                objects.put(key(number), body(number, version))
                model[number] = body(number, version)
            elif chance.random() < 0.3:
                objects.remove(key(number))
                model.pop(number, None)

    assert len(objects) == len(model)
    assert set(objects.keys()) == {key(number) for number in model}
    for number in range(SEALED):
        assert objects.get(key(number)) == model.get(number)


def test_what_lies_long_is_a_fraction_of_its_size() -> None:
    objects = Objects()
    for number in range(SEALED):
        objects.put(key(number), body(number))

    assert objects.compressed_bytes * 4 < (SEALED * len(body(0)) - FRESH_LIMIT_BYTES)


def test_a_block_that_most_have_left_is_dropped() -> None:
    objects = Objects()
    for number in range(SEALED):
        objects.put(key(number), body(number))
    before = objects.compressed_bytes
    for number in range(9 * BLOCK):
        if number % 8:
            objects.remove(key(number))

    assert objects.compressed_bytes < before / 4
    assert objects.get(key(8)) == body(8)


def test_an_unknown_key_has_no_body() -> None:
    objects = Objects()
    objects.remove(key(1))

    assert objects.get(key(1)) is None
    assert len(objects) == 0
