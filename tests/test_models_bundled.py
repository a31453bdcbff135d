"""The networks that travel with the program, the default one in full precision, and cards."""

from __future__ import annotations

import hashlib

import onnx
import pytest
from onnx import TensorProto

from gesturepose import resources
from gesturepose.pose.card import Model, find_model
from gesturepose.pose.families import FAMILIES
from gesturepose.skeleton import SKELETONS


@pytest.fixture(scope="module")
def bundled() -> Model:
    return find_model("movenet-multipose")


@pytest.fixture(scope="module")
def graph(bundled: Model) -> onnx.GraphProto:
    return onnx.load(bundled.path).graph


def test_the_card_describes_this_very_file(bundled: Model) -> None:
    content = bundled.path.read_bytes()
    assert hashlib.sha256(content).hexdigest() == bundled.card.sha256
    assert len(content) < 10_000_000


def test_the_card_says_where_it_is_from_and_how_good_it_is(bundled: Model) -> None:
    assert bundled.card.licence.startswith("Apache-2.0")
    assert {file.name for file in bundled.card.source.files} == {
        "models/movenet-multipose.json",
        "models/movenet-multipose.bin",
    }
    assert any(
        accuracy.long_side == bundled.card.input.long_side for accuracy in bundled.card.accuracy
    )
    assert all(0 < accuracy.value <= 1 for accuracy in bundled.card.accuracy)
    assert len(SKELETONS[bundled.card.skeleton]) == 17


def test_sides_are_free_and_heads_are_those_of_the_family(
    bundled: Model, graph: onnx.GraphProto
) -> None:
    (picture,) = graph.input
    assert picture.type.tensor_type.elem_type == TensorProto.UINT8
    sides = [side.dim_param or side.dim_value for side in picture.type.tensor_type.shape.dim]
    assert sides == [1, "height", "width", 3]
    channels = {head.name: head.type.tensor_type.shape.dim[1].dim_value for head in graph.output}
    assert channels == dict(FAMILIES[bundled.card.family].outputs)


def test_weights_are_stored_in_half_precision(graph: onnx.GraphProto) -> None:
    large = [t for t in graph.initializer if len(t.raw_data) > 64]
    assert large
    assert {tensor.data_type for tensor in large} == {TensorProto.FLOAT16}


def test_every_bundled_network_has_a_card() -> None:
    folder = resources.models_dir()
    networks = {path.stem for path in folder.glob("*.onnx")}
    assert networks
    assert networks == {path.stem for path in folder.glob("*.toml")}
