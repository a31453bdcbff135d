"""The comparison of a network with its 8-bit form, on a clip of one moving bright person."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import cv2
import numpy as np
import onnx
import pytest
from onnx import numpy_helper

from gesturepose import resources
from gesturepose.datatypes import Pose
from gesturepose.evaluation import network_pair, person_crops, quantisation
from gesturepose.evaluation.coco_annotations import ClipPictures, LabelledPerson
from gesturepose.pose.card import find_model, read_card
from gesturepose.skeleton import COCO17

MODELS = resources.models_dir()
DEMO = Path(quantisation.__file__).parent.parent / "capture" / "demo" / "demo.json"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The beginning of the demo with its labels, and a network whose weights were spoilt."""
    folder = tmp_path_factory.mktemp("quantisation")
    document = json.loads(DEMO.read_text(encoding="utf-8"))
    shutil.copy(DEMO.parent / document["video"], folder / document["video"])
    document["frames"] = document["frames"][:45]
    (folder / "demo.json").write_text(json.dumps(document), encoding="utf-8")
    spoil(MODELS / "movenet-lightning.onnx", folder / "spoilt.onnx")
    shutil.copy(MODELS / "movenet-lightning.toml", folder / "spoilt.toml")
    return folder


def spoil(source: Path, target: Path) -> None:
    """Round the weights of one head to very few steps: careless quantisation."""
    model = onnx.load(source)
    for tensor in model.graph.initializer:
        if "kpt_offset" in tensor.name and tensor.data_type == onnx.TensorProto.FLOAT16:
            values = numpy_helper.to_array(tensor).astype(np.float32)
            step = max(float(np.abs(values).max()) / 2, 1e-6)
            rounded = (np.rint(values / step) * step).astype(np.float16)
            tensor.CopyFrom(numpy_helper.from_array(rounded, tensor.name))
    onnx.save(model, target)


@pytest.fixture(scope="module")
def samples(folder: Path) -> list[person_crops.Sample]:
    pictures = ClipPictures(folder / "demo.json", every=15)
    return person_crops.read_samples([pictures], size=(192, 192), paddings=(1.25, 1.4), part="all")


@pytest.fixture(scope="module")
def pair(folder: Path) -> list[network_pair.Subject]:
    return [
        network_pair.Subject(name, threads=1)
        for name in ("movenet-lightning", str(folder / "spoilt.onnx"))
    ]


def test_crops_carry_their_labels() -> None:
    image = np.zeros((100, 200, 3), np.uint8)
    image[60, 120] = 255
    keypoints = np.full((17, 2), np.nan)
    keypoints[3] = 120.0, 60.0
    person = LabelledPerson(
        keypoints,
        (np.arange(17) == 3).astype(np.int64),
        box=np.array([100.0, 40.0, 140.0, 90.0]),
        area=800.0,
    )
    crop, moved, crops = person_crops.crop_person(image, person, size=(96, 96), padding=1.25)
    where = np.array(np.unravel_index(crop[..., 0].argmax(), crop.shape[:2]))[::-1]
    assert np.abs(moved.keypoints[3] - where).max() <= 1
    assert moved.area == pytest.approx(800 * (96 / 62.5) ** 2)
    assert np.allclose(crops.to_source(moved.keypoints[None])[0, 3], [120, 60], atol=1e-3)


def test_halves_share_no_picture(folder: Path) -> None:
    pictures = ClipPictures(folder / "demo.json", every=9)
    names = {
        part: {
            sample.whose[0]
            for sample in person_crops.read_samples(
                [pictures], size=(32, 32), paddings=(1.25,), part=part
            )
        }
        for part in ("even", "odd", "all")
    }
    assert not names["even"] & names["odd"]
    assert names["even"] | names["odd"] == names["all"]
    assert len(names["all"]) == 5


def test_inputs_are_as_the_card_has_them() -> None:
    single = read_card(MODELS / "movenet-lightning.toml")
    many = read_card(MODELS / "movenet-multipose.toml")
    assert person_crops.input_size_of(single) == (192, 192)
    assert person_crops.input_size_of(many) == (256, 192)


def test_a_network_equals_itself_and_not_a_spoilt_one(
    pair: list[network_pair.Subject], samples: list[person_crops.Sample]
) -> None:
    same = network_pair.compare_oks(pair[0], pair[0], samples)
    assert same.difference == 0
    assert same.float32 > 0.8
    assert same.people == len(samples) // 2 == 3
    spoilt = network_pair.compare_oks(pair[0], pair[1], samples)
    assert spoilt.float32 == same.float32
    assert spoilt.difference == pytest.approx(spoilt.int8 - spoilt.float32)
    assert spoilt.difference < -0.005


def test_noise_is_the_spread_of_keypoints(
    pair: list[network_pair.Subject], samples: list[person_crops.Sample]
) -> None:
    spreads = network_pair.measure_noise([pair[0], pair[0]], samples[:2], repeats=4)
    assert spreads.shape == (2, 2, 17, 2)
    assert np.array_equal(spreads[0], spreads[1], equal_nan=True)
    assert 0.01 < np.nanmedian(spreads) < 2


class Trembling(network_pair.Subject):
    """A network whose answers are off by ``amount_px`` to either side, in turn."""

    amount_px = 2.0

    def find(self, image: np.ndarray) -> list[Pose]:
        self.amount_px = -self.amount_px
        return [
            Pose(pose.keypoints + np.float32(self.amount_px), pose.scores, pose.score)
            for pose in super().find(image)
        ]


def test_rest_sees_a_network_tremble(folder: Path) -> None:
    calm, trembling = network_pair.Subject("movenet-lightning"), Trembling("movenet-lightning")
    before, after = network_pair.measure_rest(
        [calm, trembling], folder / "demo.json", size=(192, 192), padding=1.25
    )
    assert 0 < before < 2
    # Alternating by 2 px of the input is a second difference of 8 px, which the measure divides by
    # the root of 6; the demo's person takes about two pixels of the clip per input pixel.
    assert after > before + 3


def test_times_are_those_of_the_networks() -> None:
    subjects = [network_pair.Subject(name, threads=1) for name in ("posenet", "movenet-thunder")]
    small, large = np.zeros((64, 64, 3), np.uint8), np.zeros((256, 256, 3), np.uint8)
    fast = network_pair.compare_times(subjects, small, runs=5)
    slow = network_pair.compare_times(subjects, large, runs=5)
    assert all(0 < a < b for a, b in zip(fast, slow, strict=True))


def test_command_prints_every_figure(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    clip = ClipPictures(folder / "demo.json", every=20)
    images, entries = [], []
    for number, (picture, image) in enumerate(clip, 1):
        assert cv2.imwrite(str(folder / f"{picture.name}.png"), image)
        person = picture.people[0]
        images.append(
            {"id": number, "file_name": f"{picture.name}.png", "width": 640, "height": 480}
        )
        rows = np.column_stack([np.nan_to_num(person.keypoints), person.visibility])
        left, top, right, bottom = person.box.tolist()
        entries.append(
            {
                "image_id": number,
                "category_id": 1,
                "keypoints": rows.ravel().tolist(),
                "bbox": [left, top, right - left, bottom - top],
                "area": person.area,
            }
        )
    category = {"id": 1, "name": "person", "keypoints": list(COCO17.keypoints)}
    document = {"images": images, "annotations": entries, "categories": [category]}
    (folder / "coco.json").write_text(json.dumps(document), encoding="utf-8")
    arguments = ["movenet-lightning", str(folder / "spoilt.onnx"), "--runs", "3"]
    arguments += ["--annotations", str(folder / "coco.json"), "--images", str(folder)]
    assert quantisation.main([*arguments, "--clip", str(folder / "demo.json")]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "movenet-lightning and spoilt, input 192x192"
    kinds = [line.split()[0] for line in lines[1:]]
    assert kinds == ["oks", "noise", "noise", "oks", "noise", "noise", "rest", "time", "time"]
    assert "1 people, 3 crops  odd pictures of coco.json" in lines[1]
    assert all(
        re.search(r"x\d+\.\d\d", line) for line in lines if not line.startswith(("oks", "m"))
    )


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ([], "nothing to look at|nobody to look at"),
        (["--annotations", "x.json"], "go together"),
        (["--clip", "none.json"], "cannot read labels"),
        (["--runs", "0"], "--runs"),
    ],
)
def test_wrong_usage_is_one_line(
    arguments: list[str], reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert quantisation.main(["movenet-lightning", "movenet-lightning", *arguments]) == 2
    error = capsys.readouterr().err
    assert re.search(reason, error)
    assert error.count("\n") == 1


@pytest.mark.parametrize("name", ["movenet-lightning", "movenet-multipose"])
def test_bundled_8_bit_networks_find_the_same(name: str, folder: Path) -> None:
    float32, int8 = (network_pair.Subject(model, threads=1) for model in (name, f"{name}-int8"))
    card = find_model(name).card
    pictures = ClipPictures(folder / "demo.json", every=15)
    crops = person_crops.read_samples(
        [pictures], size=person_crops.input_size_of(card), paddings=(1.25,), part="all"
    )
    loss = network_pair.compare_oks(float32, int8, crops)
    assert loss.float32 > 0.8
    assert abs(loss.difference) < 0.02
    for crop in crops:
        before, after = (s.find_person(crop.image, crop.person)[0] for s in (float32, int8))
        assert before is not None
        assert after is not None
        apart = np.linalg.norm(before.keypoints - after.keypoints, axis=1)
        assert np.nanmedian(apart) < 1.0
    assert int8.model.path.stat().st_size < 0.65 * float32.model.path.stat().st_size
