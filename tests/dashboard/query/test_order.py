"""Many short lists are one sorted list, whatever comes and goes."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.query.order import LOAD, Order


def drawn(chance: random.Random, number: int) -> list[bytes]:
    return [bytes(chance.choices(range(97, 101), k=12)) + b"%06d" % n for n in range(number)]


@pytest.mark.parametrize("number", [0, 1, LOAD, 5 * LOAD + 3, 20_000])
async def test_filling_is_sorting(number: int) -> None:
    keys = drawn(random.Random(number), number)
    order = Order()

    await order.fill(list(keys))

    assert len(order) == number
    assert list(order.keys(0, number)) == sorted(keys)


async def test_a_filled_order_goes_on_as_one_that_grew() -> None:
    chance = random.Random(7)
    keys = drawn(chance, 6 * LOAD)
    order = Order()
    await order.fill(keys[: 3 * LOAD])
    for key in keys[3 * LOAD :]:
        order.add(key)
    for key in keys[::2]:
        order.remove(key)

    expected = sorted(keys[1::2])
    assert list(order.keys(0, len(expected))) == expected
    assert [order.place(key) for key in expected] == list(range(len(expected)))


@given(st.integers(0, 2**32), st.integers(1, 60), st.integers(0, 80), st.integers(0, 80))
def test_any_window_is_a_slice(seed: int, number: int, start: int, length: int) -> None:
    chance = random.Random(seed)
    model: list[bytes] = []
    order = Order()
    for _ in range(number * 3):
        if model and chance.random() < 0.4:
            order.remove(model.pop(chance.randrange(len(model))))
        else:
            key = b"%09d" % chance.randrange(10**9)
            if key not in model:
                model.append(key)
                order.add(key)
    model.sort()

    assert list(order.keys(start, start + length)) == model[start : start + length]
    assert list(order.keys(-5, 3)) == model[:3]
    for key in (b"", b"5", *model, b"x"):
        assert order.place(key) == sum(other < key for other in model)


def test_what_is_not_there_cannot_be_removed() -> None:
    order = Order()
    order.add(b"a")

    for key in (b"", b"b"):
        with pytest.raises(KeyError):
            order.remove(key)
    assert len(order) == 1
