"""Running a pose network with onnxruntime, on the device that was asked for.

Checks that the file is a network of its family, makes of a picture what the network takes, and goes
on with the CPU where a GPU fails. It knows nothing of pictures' sizes, people or keypoints.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import numpy as np

from gesturepose.errors import GesturePoseError, ModelError
from gesturepose.pose.binding import Binding
from gesturepose.pose.providers import CPU, default_threads, open_session
from gesturepose.pose.runtime import explain

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gesturepose.pose.card import Model
    from gesturepose.pose.families import Family
    from gesturepose.pose.settings import Device


log = logging.getLogger(__name__)

#: Input sizes whose arrays are kept, 1 MB each: a camera's picture, and crops as people move.
_MOST_BINDINGS = 8


class PoseSession:
    """A loaded network. For one thread at a time.

    Parameters
    ----------
    model
        Network and card.
    family
        What its inputs and outputs must be.
    device
        ``auto`` takes the fastest that works, says in the log why it is not a faster one, and goes
        on with the CPU if that one fails later.
    threads
        CPU threads; ``None`` for `default_threads` of the card's operations.

    Attributes
    ----------
    provider
        onnxruntime's name of what the network runs on; the CPU's after a GPU has failed.
    input_shape
        The input's axes as the file declares them, batch first; ``None`` where one is free.

    Raises
    ------
    ModelError
        The file is no ONNX file, is no network of its family, or the device asked for does not
        work here.
    """

    def __init__(
        self, model: Model, family: Family, *, device: Device, threads: int | None
    ) -> None:
        self._path = model.path
        self._family = family
        self._rule = model.card.input
        self._mean = np.array(self._rule.mean, np.float32)
        self._gain = np.float32(1.0) / np.array(self._rule.std, np.float32)
        self._outputs = {
            model.card.outputs.get(name, name): channels
            for name, channels in family.outputs.items()
        }
        # Maps have the picture's size by the stride; of another output, a list of people say, the
        # length may differ from picture to picture.
        self._fixed = all(channels is not None for channels in self._outputs.values())
        self._threads = threads or default_threads(model.card.gflops)
        self._automatic = device == "auto"
        self._bindings: dict[tuple[int, ...], Binding] = {}
        self._session: Any = open_session(self._path, device, threads=self._threads)
        self.provider: str = self._session.get_providers()[0]
        self._check_signature()
        declared = self._session.get_inputs()[0].shape
        self.input_shape: tuple[int | None, ...] = tuple(
            side if isinstance(side, int) else None for side in declared
        )

    @property
    def input_size(self) -> tuple[int, int] | None:
        """``(width, height)`` of all pictures the file takes, ``None`` where a side is free."""
        _, *sides = self.input_shape
        height, width = sides[:2] if self._rule.layout == "NHWC" else sides[1:]
        return None if height is None or width is None else (width, height)

    def _check_signature(self) -> None:
        """Compare the file's inputs and outputs with its family's and its card's."""
        inputs = {node.name: (node.type, node.shape) for node in self._session.get_inputs()}
        outputs = {node.name: node.shape for node in self._session.get_outputs()}
        rule = self._rule
        kind, shape = next(iter(inputs.values()), ("", []))
        number = "uint8" if rule.dtype == "uint8" else "float"
        colours = 3 if rule.layout == "NHWC" else 1
        fits = len(inputs) == 1 and kind == f"tensor({number})" and len(shape) == 4
        # A size that is free has a name, or none.
        fits = fits and (shape[colours] == 3 or not isinstance(shape[colours], int))
        fits = fits and (shape[0] == 1 or not isinstance(shape[0], int))
        given, wanted = dict(zip(outputs, outputs, strict=True)), []
        for name, channels in self._outputs.items():
            found = outputs.get(name)
            wanted.append(name)
            if found is None:
                fits = False
            elif channels is not None:
                axes = ((channels,),) if isinstance(channels, int) else channels
                if len(found) < 4 or tuple(found[1:-2]) not in axes:
                    fits = False
                    given[name] = f"{name} {found}"
                    choice = " or ".join("x".join(map(str, several)) for several in axes)
                    wanted[-1] = f"{name} of {choice} channels"
        if not fits:
            taken = ", ".join(f"{name} ({kind}{shape})" for name, (kind, shape) in inputs.items())
            raise ModelError(
                f"{self._path} is not a {self._family.name} pose network: it takes {taken} and "
                f"gives {', '.join(given.values())}; it should take one picture ({rule.dtype} "
                f"{rule.layout} {rule.colour}) and give {', '.join(wanted)}"
            )

    def run(self, image: NDArray[np.uint8]) -> dict[str, NDArray[np.float32]]:
        """Run the network.

        Parameters
        ----------
        image
            ``(H, W, 3)`` uint8 RGB, sides as the card says; made what the card asks for here.

        Returns
        -------
        dict
            The outputs of the family by name, ``(1, channels, h, w)`` float32. They are the
            session's own and good until the next run: who keeps any of it copies it.

        Raises
        ------
        GesturePoseError
            The network was closed, or onnxruntime failed.
        """
        return self._run(image[None])

    def run_batch(self, images: NDArray[np.uint8]) -> dict[str, NDArray[np.float32]]:
        """Run the network on several pictures of one size.

        At once where the file's batch axis is free, else one after the other.

        Parameters
        ----------
        images
            ``(N, H, W, 3)`` uint8 RGB, N at least 1.

        Returns
        -------
        dict
            The outputs of the family by name, ``(N, ...)`` float32; the caller's to keep.

        Raises
        ------
        GesturePoseError
            The network was closed, or onnxruntime failed.
        ValueError
            There is no picture.
        """
        if not len(images):
            raise ValueError("a batch has at least one picture")
        pieces = [images] if self.input_shape[0] is None else [image[None] for image in images]
        runs = [
            {name: values.copy() if self._fixed else values for name, values in outputs.items()}
            for outputs in map(self._run, pieces)
        ]
        if len(runs) == 1:
            return runs[0]
        return {name: np.concatenate([run[name] for run in runs]) for name in runs[0]}

    def _run(self, images: NDArray[np.uint8]) -> dict[str, NDArray[np.float32]]:
        if self._session is None:
            raise GesturePoseError("the pose network was closed")
        try:
            values = self._attempt(images)
        except Exception as error:
            reason = explain(str(error))
            if self.provider == CPU or not self._automatic:
                raise GesturePoseError(
                    f"the pose network failed on {self.provider}: {reason}; try device 'cpu'"
                ) from error
            values = self._run_on_cpu(images, reason)
        return dict(zip(self._family.outputs, values, strict=True))

    def _attempt(self, images: NDArray[np.uint8]) -> list[NDArray[np.float32]]:
        binding = self._bind(images.shape)
        self._fill(binding.input, images)
        return binding.run()

    def _run_on_cpu(self, images: NDArray[np.uint8], reason: str) -> list[NDArray[np.float32]]:
        """Go on with the CPU, from this very picture."""
        failed, self.provider = self.provider, CPU
        # The GPU's memory is freed before anything else is made.
        self._bindings.clear()
        self._session = None
        self._session = open_session(self._path, "cpu", threads=self._threads)
        log.warning("%s failed (%s); the network runs on the CPU from now on", failed, reason)
        try:
            return self._attempt(images)
        except Exception as error:
            raise GesturePoseError(
                f"the pose network failed on {failed} ({reason}) and on the CPU: "
                f"{explain(str(error))}"
            ) from error

    def _bind(self, shape: tuple[int, ...]) -> Binding:
        """Find the arrays for pictures ``(N, H, W, 3)``, or make them in place of the oldest."""
        binding = self._bindings.pop(shape, None)
        if binding is None:
            if len(self._bindings) == _MOST_BINDINGS:
                del self._bindings[next(iter(self._bindings))]
            count, height, width, colours = shape
            planes = (count, colours, height, width)
            binding = Binding(
                self._session,
                planes if self._rule.layout == "NCHW" else shape,
                self._rule.dtype,
                outputs=list(self._outputs),
                fixed=self._fixed,
            )
        self._bindings[shape] = binding
        return binding

    def _fill(self, target: NDArray[Any], images: NDArray[np.uint8]) -> None:
        """Write pictures ``(N, H, W, 3)`` RGB into the input as the card says; nothing is made."""
        rule = self._rule
        pictures = images[..., ::-1] if rule.colour == "BGR" else images
        if rule.layout == "NCHW":
            target = target.transpose(0, 2, 3, 1)
        if rule.dtype == "uint8":
            np.copyto(target, pictures)
            return
        # Colour by colour: three long loops cost a fraction of one over many rows of three.
        for colour in range(3):
            plane = target[..., colour]
            np.subtract(pictures[..., colour], self._mean[colour], out=plane)
            np.multiply(plane, self._gain[colour], out=plane)

    def close(self) -> None:
        """Free the network; `run` fails from now on."""
        self._bindings.clear()
        self._session = None
