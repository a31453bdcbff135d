"""Pictures in, arrays out: what is made of a picture, whose the outputs are, and batches."""

from __future__ import annotations

import itertools
import tracemalloc
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import onnx
import onnxruntime
import pytest
import skimage.data
import support_fields_openpose
import support_fields_personlab
import support_fields_pifpaf
import support_fields_tags
from onnx import TensorProto, helper, numpy_helper

from gesturepose import resources
from gesturepose.errors import ModelError
from gesturepose.pose import associative_embedding, binding, openpose, pifpaf, pifpaf_fields
from gesturepose.pose.card import InputRule, Model, find_model, read_card
from gesturepose.pose.families import FAMILIES, Family
from gesturepose.pose.session import PoseSession

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from gesturepose.pose.movenet_multipose import People

CARD = resources.models_dir() / "movenet-multipose.toml"
ASTRONAUT = np.ascontiguousarray(skimage.data.astronaut()[:256, 100:356])
MEAN, STD = (103.5, 116.3, 123.7), (57.4, 57.1, 58.4)


def nobody(heads: Mapping[str, NDArray[np.float32]], *, min_score: float) -> People:
    raise AssertionError(heads, min_score)


#: Networks that hand their picture back, ``(N, 3, H, W)`` float32.
MIRROR = Family("mirror", {"seen": 3}, 1, nobody)
LOOSE_MIRROR = Family("mirror", {"seen": None}, 1, nobody)


def write_mirror(path: Path, rule: InputRule, *, batch: object = 1) -> Path:
    shape = [batch, "h", "w", 3] if rule.layout == "NHWC" else [batch, 3, "h", "w"]
    kind = TensorProto.UINT8 if rule.dtype == "uint8" else TensorProto.FLOAT
    nodes = [helper.make_node("Cast", ["image"], ["wide"], to=TensorProto.FLOAT)]
    order = [0, 3, 1, 2] if rule.layout == "NHWC" else [0, 1, 2, 3]
    nodes.append(helper.make_node("Transpose", ["wide"], ["seen"], perm=order))
    return save(path, nodes, helper.make_tensor_value_info("image", kind, shape))


def save(
    path: Path, nodes: list[Any], given: Any, constants: tuple[Any, ...] = (), *, axes: int = 4
) -> Path:
    shape = [None, 3, None, None] if axes == 4 else [None] * axes
    seen = helper.make_tensor_value_info("seen", TensorProto.FLOAT, shape)
    graph = helper.make_graph(nodes, "mirror", [given], [seen], constants)
    opset = [helper.make_opsetid("", 17)]
    onnx.save(helper.make_model(graph, opset_imports=opset, ir_version=8), path)
    return path


def open_mirror(path: Path, rule: InputRule, family: Family = MIRROR) -> PoseSession:
    card = read_card(CARD).model_copy(update={"input": rule})
    return PoseSession(Model(path, card), family, device="cpu", threads=1)


def make_rule(
    layout: Literal["NHWC", "NCHW"], dtype: Literal["uint8", "float32"], colour: str
) -> InputRule:
    scaling = {"mean": MEAN, "std": STD} if dtype == "float32" else {}
    return InputRule.model_validate(
        {"layout": layout, "dtype": dtype, "colour": colour, "multiple": 1, "long_side": 8}
        | scaling
    )


def open_bundled(name: str) -> PoseSession:
    model = find_model(name)
    return PoseSession(model, FAMILIES[model.card.family], device="cpu", threads=1)


def random_pictures(*shape: int) -> NDArray[np.uint8]:
    return np.random.default_rng(0).integers(0, 256, (*shape, 3), np.uint8)


@pytest.mark.parametrize(
    ("layout", "dtype", "colour"),
    list(itertools.product(["NHWC", "NCHW"], ["uint8", "float32"], ["RGB", "BGR"])),
)
def test_the_network_gets_what_its_card_says(
    tmp_path: Path,
    layout: Literal["NHWC", "NCHW"],
    dtype: Literal["uint8", "float32"],
    colour: str,
) -> None:
    rule = make_rule(layout, dtype, colour)
    session = open_mirror(write_mirror(tmp_path / "mirror.onnx", rule), rule)
    for picture in random_pictures(4, 5, 7):  # the arrays of the second run are bound
        expected = picture[..., ::-1] if colour == "BGR" else picture
        expected = expected.astype(np.float32)
        if dtype == "float32":
            expected = (expected - np.array(MEAN, np.float32)) * (
                np.float32(1) / np.array(STD, np.float32)
            )
        assert np.array_equal(session.run(picture)["seen"][0], expected.transpose(2, 0, 1))


def test_a_picture_that_is_not_in_one_piece(tmp_path: Path) -> None:
    rule = make_rule("NHWC", "uint8", "RGB")
    session = open_mirror(write_mirror(tmp_path / "mirror.onnx", rule), rule)
    wide = random_pictures(6, 20)
    for part in (wide[:, ::2], wide[:, ::-2], wide[:, 3:13]):
        assert np.array_equal(session.run(part)["seen"][0], part.transpose(2, 0, 1))


def test_nothing_is_made_for_a_picture_once_its_size_is_known() -> None:
    session = open_bundled("movenet-lightning")
    outputs = [session.run(ASTRONAUT) for _ in range(3)]
    for name, head in outputs[1].items():
        assert np.shares_memory(head, outputs[2][name])
    size = sum(head.nbytes for head in outputs[0].values())
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        tracemalloc.reset_peak()
        session.run(ASTRONAUT)
        made = tracemalloc.get_traced_memory()[1] - before
    finally:
        tracemalloc.stop()
    assert made < 10_000 < size


def test_bound_arrays_hold_what_a_plain_run_gives() -> None:
    session = open_bundled("movenet-lightning")
    plain = onnxruntime.InferenceSession(
        str(find_model("movenet-lightning").path), providers=["CPUExecutionProvider"]
    )
    sizes = [(96, 64), (64, 96), (128, 128)]
    for round_number, (height, width) in itertools.product(range(3), sizes):
        picture = np.roll(ASTRONAUT, 11 * round_number, axis=1)[:height, :width]
        outputs = session.run(picture)
        expected = plain.run(list(outputs), {"image": picture[None]})
        for given, wanted in zip(outputs.values(), expected, strict=True):
            assert given == pytest.approx(wanted, abs=1e-4)


def test_sizes_come_and_go_without_end(tmp_path: Path) -> None:
    rule = make_rule("NHWC", "uint8", "RGB")
    session = open_mirror(write_mirror(tmp_path / "mirror.onnx", rule), rule)
    for width in [*range(1, 30), *range(29, 0, -1)]:
        picture = random_pictures(3, width)
        assert np.array_equal(session.run(picture)["seen"][0], picture.transpose(2, 0, 1))
    assert len(session._bindings) <= 8


def test_outputs_whose_length_depends_on_the_picture(tmp_path: Path) -> None:
    rule = make_rule("NHWC", "uint8", "RGB")
    nodes = [
        helper.make_node("NonZero", ["image"], ["places"]),
        helper.make_node("Cast", ["places"], ["seen"], to=TensorProto.FLOAT),
    ]
    given = helper.make_tensor_value_info("image", TensorProto.UINT8, [1, "h", "w", 3])
    path = save(tmp_path / "places.onnx", nodes, given, axes=2)
    session = open_mirror(path, rule, LOOSE_MIRROR)
    for count in (3, 5, 1, 5):
        picture = np.zeros((4, 6, 3), np.uint8)
        picture[0, :count, 0] = 1
        assert session.run(picture)["seen"].shape == (4, count)


def test_a_batch_axis_of_another_size_is_refused(tmp_path: Path) -> None:
    rule = make_rule("NHWC", "uint8", "RGB")
    path = write_mirror(tmp_path / "mirror.onnx", rule, batch=2)
    with pytest.raises(ModelError, match=r"\[2, 'h', 'w', 3\].* should take one picture"):
        open_mirror(path, rule)


@pytest.mark.parametrize("family", [MIRROR, LOOSE_MIRROR], ids=["bound", "not bound"])
@pytest.mark.parametrize("batch", [1, "n", None])
def test_a_batch_is_what_single_runs_give_and_the_callers_own(
    tmp_path: Path, batch: object, family: Family
) -> None:
    rule = make_rule("NCHW", "float32", "BGR")
    path = write_mirror(tmp_path / "mirror.onnx", rule, batch=batch)
    session = open_mirror(path, rule, family)
    assert session.input_shape == (batch if isinstance(batch, int) else None, 3, None, None)
    pictures = random_pictures(9, 5, 7)
    alone = np.concatenate([session.run(picture)["seen"].copy() for picture in pictures])
    kept = []
    for start, stop in [(0, 4), (4, 8), (8, 9), (3, 7), (0, 1)]:
        given = session.run_batch(pictures[start:stop])["seen"]
        kept.append((given, alone[start:stop]))
    for given, expected in kept:
        assert np.array_equal(given, expected)
    with pytest.raises(ValueError, match="at least one picture"):
        session.run_batch(pictures[:0])


def test_memory_of_a_device_is_written_again_for_every_picture(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A copy of the input stands in for a GPU's memory; the runtime reads it and not the input."""
    real = onnxruntime.OrtValue.ortvalue_from_numpy

    def ortvalue_from_numpy(array: Any, memory: str = "cpu", _index: int = 0) -> Any:
        return real(array if memory == "cpu" else array.copy())

    monkeypatch.setattr(onnxruntime.OrtValue, "ortvalue_from_numpy", ortvalue_from_numpy)
    monkeypatch.setattr(binding, "input_memory", lambda _provider: "elsewhere")
    rule = make_rule("NHWC", "uint8", "RGB")
    session = open_mirror(write_mirror(tmp_path / "mirror.onnx", rule), rule)
    for picture in random_pictures(5, 4, 6):
        assert np.array_equal(session.run(picture)["seen"][0], picture.transpose(2, 0, 1))


def test_a_network_of_eight_bits_is_taken_as_any_other(tmp_path: Path) -> None:
    step, middle = np.float32(1.0), np.uint8(0)
    constants = (
        numpy_helper.from_array(np.array(step), "step"),
        numpy_helper.from_array(np.array(middle), "middle"),
        numpy_helper.from_array(np.array(np.int8(0)), "zero"),
        numpy_helper.from_array(np.eye(3, dtype=np.int8)[..., None, None], "weights"),
    )
    nodes = [
        helper.make_node("Cast", ["image"], ["wide"], to=TensorProto.FLOAT),
        helper.make_node("Transpose", ["wide"], ["planes"], perm=[0, 3, 1, 2]),
        helper.make_node("QuantizeLinear", ["planes", "step", "middle"], ["q"]),
        helper.make_node("DequantizeLinear", ["q", "step", "middle"], ["dq"]),
        helper.make_node("DequantizeLinear", ["weights", "step", "zero"], ["w"]),
        helper.make_node("Conv", ["dq", "w"], ["c"]),
        helper.make_node("QuantizeLinear", ["c", "step", "middle"], ["cq"]),
        helper.make_node("DequantizeLinear", ["cq", "step", "middle"], ["seen"]),
    ]
    given = helper.make_tensor_value_info("image", TensorProto.UINT8, [1, "h", "w", 3])
    rule = make_rule("NHWC", "uint8", "RGB")
    session = open_mirror(save(tmp_path / "q.onnx", nodes, given, constants), rule)
    picture = random_pictures(8, 8)
    for _ in range(2):
        assert np.array_equal(session.run(picture)["seen"][0], picture.transpose(2, 0, 1))


def fields(family: str) -> dict[str, NDArray[np.float32]]:
    """Outputs in which there are people: of a bundled network, or made by the paper's rules."""
    rng = np.random.default_rng(3)
    bundled = {
        "movenet-multipose": "movenet-multipose",
        "movenet-single": "movenet-lightning",
        "movenet-single-placed": "movenet-lightning-int8",
    }
    if family in bundled:
        return open_bundled(bundled[family]).run(ASTRONAUT)
    if family == "personlab":
        people = support_fields_personlab.draw_people(rng, count=3, size_px=385, apart_px=42)
        return support_fields_personlab.encode(people, size_px=385, stride_px=16, random=rng)
    if family.startswith("openpifpaf"):
        people = support_fields_personlab.draw_people(rng, count=3, size_px=385, apart_px=42)
        version = pifpaf_fields.V0_11 if family == "openpifpaf-v11" else pifpaf_fields.V0_13
        return support_fields_pifpaf.encode(
            people, size_px=385, stride_px=pifpaf.STRIDE_PX, random=rng, components=version
        )
    people, size = support_fields_openpose.people_apart(rng, 3)
    tags = {
        "hrnet-bottom-up": associative_embedding.HRNET,
        "higher-hrnet": associative_embedding.HIGHER_HRNET,
    }
    if family in tags:
        return support_fields_tags.encode(rng, people, tags[family], size)
    layout = {
        "openpose-coco": openpose.COCO_18,
        "openpose-body25": openpose.BODY_25,
        "openpose-lightweight": openpose.LIGHTWEIGHT,
    }[family]
    return support_fields_openpose.encode(people, layout, size)


BOUND = [
    name
    for name, family in FAMILIES.items()
    if all(channels is not None for channels in family.outputs.values())
]


@pytest.mark.parametrize("family", BOUND)
def test_people_outlive_the_outputs_they_were_read_from(family: str) -> None:
    """The next run overwrites the outputs; nobody's keypoints may lie in them."""
    heads = fields(family)
    people = FAMILIES[family].decode(heads, min_score=0.05)
    assert len(people)
    for values in (people.keypoints, people.keypoint_scores, people.boxes, people.scores):
        assert not any(np.shares_memory(values, head) for head in heads.values())


def test_the_first_pictures_people_are_the_same_after_the_next_ones() -> None:
    session = open_bundled("movenet-multipose")
    decode = FAMILIES["movenet-multipose"].decode
    seen = []
    for shift in (0, 0, 20, 40, 60):
        people = decode(session.run(np.roll(ASTRONAUT, shift, axis=1)), min_score=0.1)
        seen.append((people, people.keypoints.copy()))
    for people, keypoints in seen:
        assert np.array_equal(people.keypoints, keypoints)
    assert not np.array_equal(seen[1][1], seen[2][1])
