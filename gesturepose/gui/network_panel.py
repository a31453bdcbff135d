"""Which network finds people, and what it runs on.

Only lists and writes; a network is loaded by the engine, which says whether that worked.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from PySide6.QtGui import QStandardItemModel

from gesturepose.gui.place_widgets import Card, Choice
from gesturepose.pose.card import list_models

if TYPE_CHECKING:
    from PySide6.QtGui import QShowEvent

    from gesturepose.config import Config
    from gesturepose.gui.document import MappingDocument
    from gesturepose.pose.card import Model

_PROVIDERS = {
    "cuda": "CUDAExecutionProvider",
    "tensorrt": "TensorrtExecutionProvider",
    "directml": "DmlExecutionProvider",
    "coreml": "CoreMLExecutionProvider",
}
_INPUT_SIZES = (192, 256, 320, 384, 512)


class NetworkPanel(Card):
    """Chooses network and device.

    Parameters
    ----------
    document
        Has the settings.
    """

    def __init__(self, document: MappingDocument) -> None:
        super().__init__(self.tr("Finding people"))
        self._document = document
        self._listed = False
        self.models = Choice()
        self.models.chosen.connect(lambda name: self._set("name", name))
        self.model_note = self.add_row(self.tr("&Network"), self.models, " ")
        self.operators = Choice([("", self._no_operator())])
        self.operators.chosen.connect(lambda name: self._set("operator", name))
        self.add_row(
            self.tr("Following &you"),
            self.operators,
            self.tr("Looks where you are; everybody else is looked for now and then"),
        )
        self._devices = {
            "auto": self.tr("Automatic: the fastest that works"),
            "cpu": self.tr("Processor (CPU)"),
            "cuda": self.tr("NVIDIA graphics (CUDA)"),
            "tensorrt": self.tr("NVIDIA graphics (TensorRT)"),
            "directml": self.tr("Graphics on Windows (DirectML)"),
            "coreml": self.tr("Apple (Core ML)"),
        }
        self.devices = Choice(list(self._devices.items()))
        self.devices.chosen.connect(lambda device: self._set("device", device))
        self.add_row(self.tr("Runs &on"), self.devices)
        self.sizes = Choice([(None, self.tr("As the network prefers"))])
        for size in _INPUT_SIZES:
            self.sizes.add(size, self._write_size(size))
        self.sizes.chosen.connect(lambda size: self._set("input_size", size))
        self.add_row(
            self.tr("&Detail"),
            self.sizes,
            self.tr("More finds people further away; less is faster"),
        )
        self._models: dict[str, Model] = {}
        document.changed.connect(self._follow)
        self._follow(document.config)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """List what is there now; new networks may have been put into their folder."""
        super().showEvent(event)
        self._list_models()
        self._grey_out()
        self._follow(self._document.config)

    def _list_models(self) -> None:
        self._models = {model.name: model for model in list_models()}
        self.models.clear()
        self.operators.clear()
        self.operators.add("", self._no_operator())
        for name, model in self._models.items():
            self.models.add(name, model.card.title)
            if model.card.max_people == 1:
                self.operators.add(name, model.card.title)

    def _grey_out(self) -> None:
        """Mark devices that cannot work here, as soon as the engine has loaded the runtime.

        Loading it for this alone would hold up the window.
        """
        runtime = sys.modules.get("onnxruntime")
        if runtime is None or not hasattr(runtime, "get_available_providers"):
            return
        there = runtime.get_available_providers()
        model = self.devices.model()
        for device, provider in _PROVIDERS.items():
            row = self.devices.row_of(device)
            if provider not in there and isinstance(model, QStandardItemModel):
                model.item(row).setEnabled(False)
                words = self.tr("{device} - not on this computer")
                self.devices.setItemText(row, words.format(device=self._devices[device]))

    def _follow(self, config: Config) -> None:
        name = config.model.name
        self.models.show_value(name)
        self.operators.show_value(config.model.operator)
        self.devices.show_value(config.model.device)
        self.sizes.show_value(
            config.model.input_size, self._write_size(config.model.input_size or 0)
        )
        model = self._models.get(name)
        self.model_note.setVisible(model is not None)
        if model is not None:
            self.model_note.setText(
                self.tr("{size} MB, up to {people} people, licence {licence}").format(
                    size=f"{model.path.stat().st_size / 1e6:.1f}",
                    people=model.card.max_people,
                    licence=model.card.licence.split(" (")[0],
                )
            )

    def _no_operator(self) -> str:
        return self.tr("The same network, in every picture")

    def _write_size(self, size: int) -> str:
        return self.tr("{size} pixels").format(size=size)

    def _set(self, name: str, value: Any) -> None:
        if value is None:
            self._document.remove_value(("model", name))
        else:
            self._document.set_value(("model", name), value)
        self._follow(self._document.config)
