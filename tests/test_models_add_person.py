"""Networks of one's own that see one person per crop: what the file tells, and what is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support_top_down import (
    boxes_round,
    draw_people,
    write_card,
    write_heatmap_network,
    write_simcc_network,
)

from gesturepose.cli import main
from gesturepose.errors import ModelError
from gesturepose.pose.adding import NewModel, add_model
from gesturepose.pose.card import find_model, read_card, user_models_dir
from gesturepose.pose.crop_decoder import MPII_ROWS
from gesturepose.pose.heatmaps import TopDownHeatmaps
from gesturepose.pose.settings import PoseSettings
from gesturepose.pose.simcc import SimCC
from gesturepose.pose.top_down import TopDownEstimator
from gesturepose.pose.top_down_rule import HEATMAPS, SIMCC, TopDownRule

if TYPE_CHECKING:
    from pathlib import Path


def described(family: str = HEATMAPS, **top_down: Any) -> NewModel:
    return NewModel(
        family=family, name="mine", licence="MIT", std=(255.0, 255.0, 255.0), top_down=top_down
    )


@pytest.mark.parametrize("size", [(192, 256), (96, 128), (256, 256)])
@pytest.mark.parametrize("stride", [4, 8])
def test_size_and_stride_are_read_from_the_file(
    tmp_path: Path, size: tuple[int, int], stride: int
) -> None:
    file = write_heatmap_network(tmp_path / "a.onnx", size=size, stride=stride, batch=1)
    model = add_model(file, described(grid="centers"), folder=tmp_path / "kept")
    rule = model.card.top_down
    assert rule is not None
    assert (rule.size, rule.stride_px, rule.grid) == (size, stride, "centers")
    assert (model.card.input.long_side, model.card.max_people) == (max(size), 1)
    assert find_model(str(model.path)) == model


@pytest.mark.parametrize("ratio", [1, 2, 3])
def test_bins_a_pixel_are_read_from_the_file(tmp_path: Path, ratio: int) -> None:
    file = write_simcc_network(tmp_path / "a.onnx", size=(96, 128), ratio=ratio)
    model = add_model(file, described(SIMCC, flip_test=True), folder=tmp_path / "kept")
    rule = model.card.top_down
    assert rule is not None
    assert (rule.size, rule.split_ratio, rule.flip_test) == ((96, 128), ratio, True)


def test_what_is_added_sees_people(tmp_path: Path) -> None:
    file = write_heatmap_network(tmp_path / "a.onnx", grid="aligned")
    new = described(grid="aligned", refinement="dark", flip_test=True)
    model = add_model(file, new, folder=tmp_path / "kept")
    frame, keypoints = draw_people(np.random.default_rng(1), 2)
    estimator = TopDownEstimator(PoseSettings(name=str(model.path), device="cpu"))
    for pose, exact in zip(estimator(frame, boxes_round(keypoints)), keypoints, strict=True):
        assert pose is not None
        np.testing.assert_allclose(pose.keypoints, exact, atol=0.1)
    estimator.close()


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"width": 128, "height": 128}, "takes crops of 192x256"),
        ({"stride_px": 8}, "do not fit crops of 192x256 at a stride of 8"),
        ({"split_ratio": 2}, "family 'top-down-heatmaps' has no split_ratio"),
        ({"rows": (1, 2)}, "top_down.rows: is 'mpii', or 17 whole numbers"),
        ({"rows": (-1,) * 17}, "top_down.rows: at least one keypoint must have a row"),
        ({"padding": 0.0}, "top_down.padding: Input should be greater than 0"),
        ({"refinement": "finest"}, "top_down.refinement: Input should be 'none', 'quarter' or"),
        ({"width": 0, "height": 0}, "top_down.width: Input should be greater than or equal to 1"),
    ],
)
def test_what_does_not_fit_is_one_line_and_leaves_nothing(
    tmp_path: Path, facts: dict[str, Any], said: str
) -> None:
    file = write_heatmap_network(tmp_path / "a.onnx")
    with pytest.raises(ModelError) as caught:
        add_model(file, described(**facts), folder=tmp_path / "kept")
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
    assert str(tmp_path / "kept" / "tmp") not in str(caught.value)
    assert not list((tmp_path / "kept").iterdir())


def test_too_few_keypoints_and_another_kind_of_output(tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    bins = write_simcc_network(tmp_path / "bins.onnx")
    new = NewModel(family=HEATMAPS, name="mine", licence="MIT", outputs={"heatmaps": "simcc_x"})
    with pytest.raises(ModelError, match=r"heatmaps are \(N, C, h, w\)"):
        add_model(bins, new, folder=folder)
    maps = write_heatmap_network(tmp_path / "maps.onnx", output="out")
    with pytest.raises(ModelError, match="gives out; it should take one picture"):
        add_model(maps, described(), folder=folder)
    both = NewModel(
        family=SIMCC,
        name="mine",
        licence="MIT",
        outputs={"simcc_x": "simcc_y", "simcc_y": "simcc_x"},
    )
    with pytest.raises(ModelError, match="bins"):
        add_model(bins, both, folder=folder)
    rows = described(rows=(*range(16), 17))
    with pytest.raises(ModelError, match="no 17 keypoints of COCO in an output"):
        add_model(write_heatmap_network(tmp_path / "b.onnx"), rows, folder=folder)
    assert not list(folder.iterdir())


def test_a_family_that_sees_pictures_has_no_crops(tmp_path: Path) -> None:
    file = write_heatmap_network(tmp_path / "a.onnx")
    with pytest.raises(ModelError, match=r"sees whole pictures, .*: it has no grid, rows"):
        add_model(file, described("personlab", grid="aligned", rows="mpii"), folder=tmp_path)


def test_the_command_says_it_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    maps = write_heatmap_network(tmp_path / "hourglass.onnx", output="last", grid="aligned")
    command = ["models", "add", str(maps), "--licence", "BSD-3-Clause", "--std", "255,255,255"]
    command += ["--family", HEATMAPS, "--output", "heatmaps=last", "--rows", "mpii"]
    command += ["--grid", "aligned", "--refinement", "dark", "--sigma", "1.5", "--padding", "1.3"]
    command += ["--crop", "192x256", "--stride", "4", "--flip-test", "--no-shift-flipped"]
    command += ["--full-scale", "0.9"]
    assert main(command) == 0
    assert "--model hourglass" in capsys.readouterr().out
    if user_models_dir().is_relative_to(tmp_path):  # where the system follows that variable
        card = find_model("hourglass").card
        assert card.top_down == TopDownRule(
            width=192,
            height=256,
            padding=1.3,
            rows=MPII_ROWS,
            full_scale=0.9,
            flip_test=True,
            shift_flipped=False,
            stride_px=4,
            refinement="dark",
            grid="aligned",
            sigma_cells=1.5,
        )
        assert card.parameters is not None  # counted, since onnx is here
    bins = write_simcc_network(tmp_path / "rtmpose.onnx")
    command = ["models", "add", str(bins), "--licence", "Apache-2.0", "--family", SIMCC]
    rows = ",".join(map(str, [-1, *range(1, 17)]))
    command += ["--split-ratio", "2", "--scoring", "product", f"--rows={rows}"]
    assert main(command) == 0
    assert "--model rtmpose" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--crop", "192"], "'192' is not a size such as 192x256"),
        (["--rows", "nose"], "'nose' is neither 'mpii' nor whole numbers"),
        (["--grid", "middle"], "invalid choice: 'middle'"),
    ],
)
def test_wrong_usage_is_one_line(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["models", "add", "x.onnx", *arguments]) == 2
    err = capsys.readouterr().err
    assert said in err
    assert err.count("\n") == 1


def test_a_card_of_one_kind_of_family_is_not_one_of_the_other(tmp_path: Path) -> None:
    path = write_heatmap_network(tmp_path / "a.onnx")
    card = path.with_suffix(".toml")
    write_card(path, HEATMAPS)
    assert read_card(card).top_down == TopDownRule(width=192, height=256)
    good = card.read_text(encoding="utf-8")
    without = "\n".join(
        line for line in good.splitlines() if not line.startswith(("[top_down]", "width", "height"))
    )
    for text, said in (
        (without, "top_down: family 'top-down-heatmaps' sees one person per crop: give their"),
        (good.replace(HEATMAPS, "movenet-single"), "top_down: family 'movenet-single' sees whole"),
        (good.replace("[source]", "scoring = 'min'\n[source]"), "top_down: family .* has no scori"),
        (good.replace("long_side = 256", "long_side = 192"), "go with input.long_side = 256 and"),
        (good.replace("multiple = 1", "multiple = 128"), "multiple that both sides are multiples"),
        (good.replace("width = 192", "width = 0"), "top_down.width: Input should be greater"),
        (good.replace("[source]", "wide = 3\n[source]"), "top_down.wide: Extra inputs are not"),
    ):
        card.write_text(text, encoding="utf-8")
        with pytest.raises(ModelError, match=said) as caught:
            read_card(card)
        assert "\n" not in str(caught.value)


RULES = st.builds(
    TopDownRule,
    width=st.just(192),
    height=st.just(256),
    grid=st.sampled_from(["corners", "centers", "aligned"]),
    shift_flipped=st.sampled_from([None, True, False]),
    full_scale=st.floats(0.1, 255),
    rows=st.none() | st.permutations(range(17)).map(tuple),
)


@settings(max_examples=20)
@given(rule=RULES)
def test_decoders_are_made_as_the_card_says(rule: TopDownRule) -> None:
    maps = rule.make_decoder(HEATMAPS)
    assert isinstance(maps, TopDownHeatmaps)
    shift = rule.grid == "corners" if rule.shift_flipped is None else rule.shift_flipped
    assert (maps.grid, maps.shift_flipped) == (rule.grid, shift)
    bins = rule.make_decoder(SIMCC)
    assert isinstance(bins, SimCC)
    assert maps.rows == bins.rows == rule.rows
    assert maps.full_scale == bins.full_scale == rule.full_scale
