"""Pictures that show nothing are noticed, told once, and told again when that is over."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np
import pytest
from support_http import MjpegServer
from support_program import run_program
from support_session import RunningSession, wait_until
from support_video import write_video

from gesturepose.capture.blankness import BlanknessWatch
from gesturepose.session import SessionState

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from gesturepose.datatypes import ImageArray

RANDOM = np.random.default_rng(7)
FPS = 10.0


def noisy(level: int, noise: int = 6) -> ImageArray:
    image = RANDOM.integers(max(level - noise, 0), level + noise, (48, 64, 3))
    return image.astype(np.uint8)


def watch(images: Iterable[ImageArray], *, live: bool) -> list[tuple[float, str | None]]:
    """When something changed, and what it was then."""
    seen = BlanknessWatch()
    return [
        (number / FPS, seen.found)
        for number, image in enumerate(images)
        if seen.look(image, number / FPS, live=live)
    ]


@pytest.mark.parametrize("live", [True, False])
def test_a_covered_lens_is_noticed_after_a_few_seconds_and_its_end_too(*, live: bool) -> None:
    images = [
        *(noisy(120) for _ in range(20)),
        *(noisy(6) for _ in range(100)),
        *(noisy(120) for _ in range(30)),
    ]
    assert watch(images, live=live) == [(7.0, "black"), (12.9, None)]


def test_a_camera_that_repeats_one_picture_is_frozen_and_a_file_that_does_is_not() -> None:
    still = noisy(120)
    images = [
        *(noisy(120) for _ in range(20)),
        *(still for _ in range(100)),
        *(noisy(120) for _ in range(30)),
    ]
    assert watch(images, live=True) == [(7.1, "frozen"), (12.9, None)]
    assert watch(images, live=False) == []


def test_a_virtual_camera_that_repeats_each_picture_is_not_frozen_nor_for_ever() -> None:
    thrice = [image for image in (noisy(120) for _ in range(60)) for _ in range(3)]
    assert watch(thrice, live=True) == []
    after = [*(thrice[0] for _ in range(80)), *thrice]
    assert [found for _, found in watch(after, live=True)] == ["frozen", None]


def test_a_light_that_flickers_is_told_once() -> None:
    images = [noisy(120 if number % 8 == 7 and number > 60 else 6) for number in range(200)]
    assert [found for _, found in watch(images, live=True)] == ["black"]


def test_a_dim_room_and_a_person_who_hardly_moves_are_pictures() -> None:
    assert watch((noisy(30, noise=8) for _ in range(150)), live=True) == []


def test_looking_costs_next_to_nothing() -> None:
    image = RANDOM.integers(0, 255, (1080, 1920, 3)).astype(np.uint8)
    seen = BlanknessWatch()
    start_s = time.perf_counter()
    for number in range(200):
        seen.look(image, number / 30, live=True)
    assert (time.perf_counter() - start_s) / 200 < 1e-3


def test_the_program_says_once_that_a_video_is_black_and_once_that_it_is_over(
    tmp_path: Path,
) -> None:
    images = [*(noisy(6) for _ in range(110)), *(noisy(120) for _ in range(30))]
    path = write_video(tmp_path / "dark.avi", images)  # at 20 a second
    done = run_program(tmp_path, "--dry-run", "--source", path)
    assert done.returncode == 0
    lines = [line for line in done.stderr.splitlines() if str(path) in line]
    assert [line.removeprefix(f"gesturepose: {path} ").split(";")[0] for line in lines] == [
        "shows only black for 5 s",
        "shows something again",
    ]


def test_a_stream_that_freezes_is_shown_as_that_until_it_moves_again() -> None:
    moving = [noisy(level) for level in (60, 120, 180)]
    with MjpegServer(moving, fps=20) as server, RunningSession(server.url) as running:
        running.wait_for(SessionState.WATCHING)
        encoded, server.pictures = server.pictures, server.pictures[:1]
        wait_until(lambda: "same picture" in running.session.status.detail, "frozen")
        assert running.session.status.state is SessionState.WATCHING
        server.pictures = encoded
        wait_until(lambda: not running.session.status.detail, "seen again")
