from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gesturepose.pose.letterbox import Letterbox

sides = st.integers(1, 5000)
long_sides = st.integers(1, 640)
multiples = st.sampled_from([1, 4, 32, 64])


@given(sides, sides, long_sides, multiples, st.data())
def test_points_go_there_and_back(
    width: int, height: int, long_side: int, multiple: int, data: st.DataObject
) -> None:
    letterbox = Letterbox.fit((width, height), long_side=long_side, multiple=multiple)
    share = data.draw(st.lists(st.floats(0, 1), min_size=2, max_size=2))
    point = np.array([share]) * [width - 1, height - 1]
    there = letterbox.to_input(point)
    assert there.dtype == np.float32
    assert np.abs(letterbox.to_source(there) - point).max() < 1e-3
    assert (there >= -0.5).all()
    assert (there < letterbox.content_size).all()


@given(sides, sides, long_sides, multiples)
def test_the_input_has_the_least_padding(
    width: int, height: int, long_side: int, multiple: int
) -> None:
    letterbox = Letterbox.fit((width, height), long_side=long_side, multiple=multiple)
    for content, side in zip(letterbox.content_size, letterbox.input_size, strict=True):
        assert side % multiple == 0
        assert 0 <= side - content < multiple
    assert max(letterbox.content_size) == max(letterbox.input_size)
    assert long_side <= max(letterbox.input_size) < long_side + multiple


@pytest.mark.parametrize(
    ("source", "content", "size"),
    [
        ((640, 480), (256, 192), (256, 192)),
        ((480, 640), (192, 256), (192, 256)),
        ((1280, 720), (256, 144), (256, 160)),
        ((1920, 1080), (256, 144), (256, 160)),
        ((1, 1), (256, 256), (256, 256)),
        ((3, 200), (4, 256), (32, 256)),
        ((5000, 2), (256, 1), (256, 32)),
    ],
)
def test_usual_and_strange_pictures(
    source: tuple[int, int], content: tuple[int, int], size: tuple[int, int]
) -> None:
    letterbox = Letterbox.fit(source, long_side=256, multiple=32)
    assert letterbox.content_size == content
    assert letterbox.input_size == size
    image = np.full((source[1], source[0], 3), 200, np.uint8)
    applied = letterbox.apply(image)
    assert applied.shape == (size[1], size[0], 3)
    assert (applied[: content[1], : content[0]] == 200).all()
    assert not applied[content[1] :].any()
    assert not applied[:, content[0] :].any()


@pytest.mark.parametrize("size", [(640, 480), (480, 640), (1280, 720), (100, 90), (2560, 1440)])
def test_pixels_land_where_points_do(size: tuple[int, int]) -> None:
    width, height = size
    letterbox = Letterbox.fit(size, long_side=256, multiple=32)
    center = np.array([width * 0.3, height * 0.7])
    y, x = np.mgrid[:height, :width]
    spread = min(size) / 20
    blob = np.exp(-((x - center[0]) ** 2 + (y - center[1]) ** 2) / (2 * spread**2))
    image = np.repeat((blob * 255).astype(np.uint8)[..., None], 3, axis=2)
    applied = letterbox.apply(image)[..., 0].astype(float)
    rows, columns = np.mgrid[: applied.shape[0], : applied.shape[1]]
    found = np.array([(applied * columns).sum(), (applied * rows).sum()]) / applied.sum()
    assert np.abs(found - letterbox.to_input(center)).max() < 0.06


def test_colours_are_swapped_and_the_picture_is_left_alone() -> None:
    image = np.zeros((90, 160, 3), np.uint8)
    image[..., 0] = 255  # blue, as OpenCV orders colours
    before = image.copy()
    padded = Letterbox.fit((160, 90), long_side=64, multiple=32).apply(image)
    assert (padded[:36] == [0, 0, 255]).all()
    exact = Letterbox.fit((160, 90), long_side=160, multiple=10).apply(image)
    assert (exact == [0, 0, 255]).all()
    assert np.array_equal(image, before)


@pytest.mark.parametrize("size", [(0, 5), (5, 0), (-1, 5)])
def test_a_picture_without_pixels_is_refused(size: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="cannot fit"):
        Letterbox.fit(size, long_side=256, multiple=32)


@pytest.mark.parametrize("size", [(160, 90), (128, 64), (90, 160)])
def test_every_picture_gets_the_input_to_itself(size: tuple[int, int]) -> None:
    """The memory is the same, and nothing of the picture before is left in it."""
    width, height = size
    letterbox = Letterbox.fit(size, long_side=64, multiple=32)
    rng = np.random.default_rng(0)
    pictures = rng.integers(0, 256, (3, height, width, 3), np.uint8)
    for picture in pictures:
        applied = letterbox.apply(picture)
        alone = Letterbox.fit(size, long_side=64, multiple=32).apply(picture)
        assert applied is not alone
        assert np.array_equal(applied, alone)
        # A part of a larger picture is no block of memory.
        part = np.pad(picture, ((3, 4), (5, 6), (0, 0)))[3:-4, 5:-6]
        assert np.array_equal(letterbox.apply(part), alone)
