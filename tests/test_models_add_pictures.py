"""Networks of one's own that see whole pictures: OpenPifPaf's, and the flip test."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support_fields_networks import draw_stack, write_pifpaf_network, write_tags_network
from support_fields_personlab import draw_people
from support_fields_pifpaf import encode

from gesturepose.cli import main
from gesturepose.errors import ModelError
from gesturepose.pose.adding import NewModel, add_model
from gesturepose.pose.associative_embedding import HIGHER_HRNET, HRNET
from gesturepose.pose.card import find_model, user_models_dir
from gesturepose.pose.estimator import PoseEstimator
from gesturepose.pose.fixed_input import fit_within
from gesturepose.pose.pifpaf_fields import V0_11, V0_12, V0_13
from gesturepose.pose.settings import PoseSettings

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from gesturepose.pose.pifpaf_fields import Components

SIZE_PX = 257
VERSIONS = {"0.11": V0_11, "0.12": V0_12, "0.13": V0_13}


def write_pifpaf(
    path: Path, components: Components, *, batch: int | str = "dynamic", stride_px: int = 8
) -> NDArray[np.float64]:
    """Write a network as OpenPifPaf exports it, and tell where the person is."""
    random = np.random.default_rng(3)
    people = draw_people(random, count=1, size_px=SIZE_PX, apart_px=42)
    heads = encode(
        people, size_px=SIZE_PX, stride_px=stride_px, random=random, components=components
    )
    confidence = components.cif.index("c")
    write_pifpaf_network(path, heads, size=(SIZE_PX, SIZE_PX), confidence=confidence, batch=batch)
    return people


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for networks that are added."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    return tmp_path


@pytest.mark.parametrize("version", VERSIONS)
def test_openpifpaf_as_exported_is_added_and_run_on_pictures(
    data: Path, capsys: pytest.CaptureFixture[str], version: str
) -> None:
    file = data / "pifpaf.onnx"
    batch = 1 if version == "0.11" else "dynamic"
    exact = write_pifpaf(file, VERSIONS[version], batch=batch)
    family = "openpifpaf-v11" if version == "0.11" else "openpifpaf"
    command = ["models", "add", str(file), "--family", family, "--licence", "none"]
    assert main([*command, "--std", "255,255,255"]) == 0
    assert "--model pifpaf" in capsys.readouterr().out
    if not user_models_dir().is_relative_to(data):  # where the system does not follow the variable
        return
    assert find_model("pifpaf").card.input.long_side == SIZE_PX
    pictures = data / "pictures"
    pictures.mkdir()
    for name, shade in (("1", 0), ("2", 255)):
        cv2.imwrite(str(pictures / f"{name}.png"), np.full((480, 640, 3), shade, np.uint8))
    record = data / "seen.poses.jsonl"
    run = ["--no-gui", "--source", str(pictures), "--model", "pifpaf", "--device", "cpu"]
    assert main([*run, "--dry-run", "--record", str(record)]) == 0
    _, black, white = map(json.loads, record.read_text(encoding="utf-8").splitlines())
    assert black["poses"] == []
    (pose,) = white["poses"]
    box = fit_within((640, 480), (SIZE_PX, SIZE_PX))
    found = np.array([[x or np.nan, y or np.nan] for x, y, _ in pose["keypoints"]])
    expected = box.to_source(exact[0])
    inside = (expected >= 0).all(axis=1) & (expected < (640, 480 * 31 / 32)).all(axis=1)
    assert inside.sum() > 8
    np.testing.assert_allclose(found[inside], expected[inside], atol=0.5)
    with pytest.raises(ModelError, match="takes pictures of 257x257 only: leave out input_size"):
        PoseEstimator(PoseSettings(name="pifpaf", device="cpu", input_size=320))
    PoseEstimator(PoseSettings(name="pifpaf", device="cpu", input_size=SIZE_PX)).close()


def new_pifpaf(**more: object) -> NewModel:
    facts = {"family": "openpifpaf", "name": "mine", "licence": "none"} | more
    return NewModel(**facts)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("cif", "caf", "said"),
    [
        ((17, 5), (19, 7), "caf ['N', 19, 7, 33, 33]; it should"),
        ((17, 6), (19, 9), "cif of 17x5 or 85 channels, caf"),
        ((17, 4), (19, 10), "caf of 19x9 or 171 or 19x8 or 152 channels"),
        ((5, 17), (9, 19), "cif ['N', 5, 17, 33, 33], caf ['N', 9, 19, 33, 33]; it should"),
    ],
)
def test_fields_of_no_known_version_are_one_line_and_nothing_is_kept(
    tmp_path: Path, cif: tuple[int, int], caf: tuple[int, int], said: str
) -> None:
    shapes = {"cif": (1, *cif, 33, 33), "caf": (1, *caf, 33, 33)}
    heads = {name: np.zeros(shape, np.float32) for name, shape in shapes.items()}
    file = write_pifpaf_network(tmp_path / "a.onnx", heads, size=(257, 257), confidence=0)
    with pytest.raises(ModelError, match="is not a openpifpaf pose network") as caught:
        add_model(file, new_pifpaf(), folder=tmp_path / "kept")
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
    assert not list((tmp_path / "kept").iterdir())


def test_fields_of_two_sizes_are_one_line(tmp_path: Path) -> None:
    shapes = {"cif": (1, 17, 5, 33, 33), "caf": (1, 19, 8, 17, 17)}
    heads = {name: np.zeros(shape, np.float32) for name, shape in shapes.items()}
    file = write_pifpaf_network(tmp_path / "a.onnx", heads, size=(257, 257), confidence=0)
    with pytest.raises(ModelError, match=r"is not what openpifpaf decodes .*same height") as caught:
        add_model(file, new_pifpaf(), folder=tmp_path / "kept")
    assert "\n" not in str(caught.value)
    assert not list((tmp_path / "kept").iterdir())


def test_a_stride_that_the_decoder_does_not_take_is_one_line(tmp_path: Path) -> None:
    """Networks can be trained and exported without OpenPifPaf's last step of finer cells."""
    write_pifpaf(tmp_path / "coarse.onnx", V0_13, stride_px=16)
    with pytest.raises(
        ModelError, match=r"gives 17 cells for 257 pixels; .* a cell every 8"
    ) as told:
        add_model(tmp_path / "coarse.onnx", new_pifpaf(), folder=tmp_path / "kept")
    assert "\n" not in str(told.value)
    assert not list((tmp_path / "kept").iterdir())


def test_flip_is_written_by_the_command(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = write_tags_network(data / "hrnet.onnx", HIGHER_HRNET.outputs)
    command = ["models", "add", str(file), "--licence", "MIT", "--std", "255,255,255"]
    assert main([*command, "--family", "higher-hrnet", "--flip"]) == 0
    assert "--model hrnet" in capsys.readouterr().out
    if user_models_dir().is_relative_to(data):
        assert find_model("hrnet").card.decoding.flip_test
        frame, _ = draw_stack(np.random.default_rng(2), 2)
        (data / "pictures").mkdir()
        cv2.imwrite(str(data / "pictures" / "1.png"), frame.image)
        record = data / "seen.poses.jsonl"
        run = ["--no-gui", "--source", str(data / "pictures"), "--model", "hrnet"]
        assert main([*run, "--device", "cpu", "--dry-run", "--record", str(record)]) == 0
        assert len(record.read_text(encoding="utf-8").splitlines()) == 2


@pytest.mark.parametrize("family", ["personlab", "openpifpaf", "yolo-pose"])
def test_flip_is_refused_in_one_line_where_it_cannot_be_done(
    data: Path, capsys: pytest.CaptureFixture[str], family: str
) -> None:
    file = write_tags_network(data / "net.onnx", HRNET.outputs)
    command = ["models", "add", str(file), "--licence", "MIT", "--family", family, "--flip-test"]
    assert main(command) == 2
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert f"family '{family}' has no flip test; of those that see pictures hrnet-bottom-up" in err


@given(
    source=st.tuples(st.integers(1, 4000), st.integers(1, 4000)),
    room=st.tuples(st.integers(1, 700), st.integers(1, 700)),
)
def test_pictures_fill_an_input_of_one_size_and_keep_their_proportions(
    source: tuple[int, int], room: tuple[int, int]
) -> None:
    box = fit_within(source, room)
    assert box.input_size == room
    short = [have - taken for have, taken in zip(room, box.content_size, strict=True)]
    assert min(short) == 0
    assert min(box.content_size) >= 1
    scale = min(have / side for have, side in zip(room, source, strict=True))
    for side, taken in zip(source, box.content_size, strict=True):
        assert abs(taken - max(side * scale, 1)) <= 0.5 + 1e-9


def test_there_is_no_empty_picture_and_no_empty_input() -> None:
    for source, room in (((0, 4), (4, 4)), ((4, 4), (4, 0))):
        with pytest.raises(ValueError, match="cannot fit"):
            fit_within(source, room)
