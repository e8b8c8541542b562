"""The model's six layers as an ONNX graph in 8-bit arithmetic.

The layers are BERT's (Devlin et al. 2018) as all-MiniLM-L6-v2 configures them: 384 numbers a piece, twelve heads of 32,
1,536 in between. The vector of a text is the mean over its pieces, of length 1 (Reimers & Gurevych 2019,
"Sentence-BERT"). One text at a time: a batch would need padding, and as what is computed together is rounded on one
scale, a text's vector would depend on its neighbours.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from onnx import NodeProto, TensorProto, checker, helper, numpy_helper

from livedocs.semantic.weights import DIMENSIONS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from livedocs.semantic.weights import Weights

INPUT, OUTPUT = "pieces", "vector"
"""Names of the graph's input (float32, pieces x 384: each piece's embedding) and output (float32, 384)."""

_LAYERS = 6
_HEADS, _HEAD_SIZE = 12, 32
_EPSILON = 1e-12
_LARGEST_WEIGHT = 63
"""Seven bits: processors without VNNI add two products in 16 bits, and full 8-bit weights could overflow them."""
_OPSET, _IR_VERSION = 20, 9
"""ONNX 1.15 of 2023, the first with Gelu."""


def build_network(weights: Weights) -> bytes:
    """The graph, ready for a file or a session of onnxruntime.

    Args:
        weights: the published ones.

    Returns:
        A serialised ONNX model, some 11 MB.
    """
    graph = _Graph(weights)
    hidden = graph.normalised(INPUT, "embeddings.LayerNorm")
    for number in range(_LAYERS):
        hidden = graph.layer(hidden, f"encoder.layer.{number}.")
    graph.pool(hidden)
    return graph.serialise()


class _Graph:
    """Collects the nodes and constants of the graph; each method adds some and returns the name of their result."""

    def __init__(self, weights: Weights) -> None:
        self._weights = weights
        self._nodes: list[NodeProto] = []
        self._constants: dict[str, TensorProto] = {}

    def layer(self, hidden: str, name: str) -> str:
        """One layer: attention, then the two dense steps, each added to what came in and normalised."""
        attended = self._dense(self._attention(hidden, name + "attention.self."), name + "attention.output.dense")
        hidden = self.normalised(self._add("Add", attended, hidden), name + "attention.output.LayerNorm")
        widened = self._add("Gelu", self._dense(hidden, name + "intermediate.dense"))
        narrowed = self._dense(widened, name + "output.dense")
        return self.normalised(self._add("Add", narrowed, hidden), name + "output.LayerNorm")

    def normalised(self, hidden: str, name: str) -> str:
        """Layer normalisation with the published gain and bias."""
        gain, bias = (self._constant(part, self._weights[part]) for part in (f"{name}.weight", f"{name}.bias"))
        return self._add("LayerNormalization", hidden, gain, bias, axis=-1, epsilon=_EPSILON)

    def pool(self, hidden: str) -> None:
        """The mean over the pieces, of length 1, as the graph's output."""
        mean = self._add("ReduceMean", hidden, self._constant("pieces axis", np.array([0])), keepdims=0)
        self._nodes.append(helper.make_node("LpNormalization", [mean], [OUTPUT], axis=-1, p=2))

    def serialise(self) -> bytes:
        """The finished model."""
        graph = helper.make_graph(
            self._nodes,
            "all-MiniLM-L6-v2",
            [helper.make_tensor_value_info(INPUT, TensorProto.FLOAT, ["count", DIMENSIONS])],
            [helper.make_tensor_value_info(OUTPUT, TensorProto.FLOAT, [DIMENSIONS])],
            list(self._constants.values()),
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", _OPSET)], ir_version=_IR_VERSION)
        content = model.SerializeToString()
        checker.check_model(content)  # pyright: ignore[reportUnknownMemberType] (onnx leaves a PathLike open)
        return content

    def _attention(self, hidden: str, name: str) -> str:
        heads = self._constant("heads", np.array([0, 3 * _HEADS, _HEAD_SIZE]))
        mixed = self._add("Reshape", self._product(hidden, name, *self._attention_weights(name)), heads)
        parts = [f"{name}{part}" for part in ("query", "key", "value")]
        self._nodes.append(helper.make_node("Split", [mixed], parts, axis=1, num_outputs=3))
        queries, values = (self._add("Transpose", part, perm=[1, 0, 2]) for part in parts[::2])
        keys = self._add("Transpose", parts[1], perm=[1, 2, 0])
        attention = self._add("Softmax", self._add("MatMul", queries, keys), axis=-1)
        seen = self._add("Transpose", self._add("MatMul", attention, values), perm=[1, 0, 2])
        return self._add("Reshape", seen, self._constant("joined", np.array([0, DIMENSIONS])))

    def _attention_weights(self, name: str) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Queries, keys and values as one product; what scales attention is in the queries' part."""
        scales = {"query": np.float32(_HEAD_SIZE**-0.5), "key": np.float32(1), "value": np.float32(1)}
        kernel = np.concatenate([self._weights[f"{name}{part}.weight"] * scale for part, scale in scales.items()])
        bias = np.concatenate([self._weights[f"{name}{part}.bias"] * scale for part, scale in scales.items()])
        return kernel.T, bias

    def _dense(self, hidden: str, name: str) -> str:
        return self._product(hidden, name, self._weights[f"{name}.weight"].T, self._weights[f"{name}.bias"])

    def _product(self, hidden: str, name: str, kernel: NDArray[np.float32], bias: NDArray[np.float32]) -> str:
        """``hidden @ kernel + bias`` in integers: onnxruntime recognises these nodes and runs them as one."""
        scale = np.abs(kernel).max(axis=0) / _LARGEST_WEIGHT
        integers, column_scale, zero = (
            self._constant(f"{name} integers", np.rint(kernel / scale).astype(np.int8)),
            self._constant(f"{name} scale", scale),
            self._constant("zero", np.array(0, dtype=np.int8)),
        )
        rounded = [f"{name} {part}" for part in ("rounded", "rounding scale", "rounding zero")]
        self._nodes.append(helper.make_node("DynamicQuantizeLinear", [hidden], rounded))
        product = self._add("MatMulInteger", rounded[0], integers, rounded[2], zero)
        scaled = self._add(
            "Mul", self._add("Cast", product, to=TensorProto.FLOAT), self._add("Mul", rounded[1], column_scale)
        )
        return self._add("Add", scaled, self._constant(f"{name} bias", bias))

    def _constant(self, name: str, values: NDArray[np.generic]) -> str:
        self._constants[name] = numpy_helper.from_array(np.ascontiguousarray(values), name)
        return name

    def _add(self, operator: str, *inputs: str, **attributes: Any) -> str:
        output = f"{operator} {len(self._nodes)}"
        self._nodes.append(helper.make_node(operator, list(inputs), [output], **attributes))
        return output
