"""ONNX Runtime's side of the benchmarks: a convolution forwards, as a model of one node."""

import cases
import numpy as np
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

VERSION = onnxruntime.__version__
LEVELS = onnxruntime.GraphOptimizationLevel
options = onnxruntime.SessionOptions()


def set_threads(count: int) -> None:
    options.intra_op_num_threads = count


def conv(case: cases.Conv) -> dict:
    """Return functions for the forward pass, with and without the runtime's own memory layout.

    That layout is made and undone in each call, as input and output are the caller's.
    """
    rng, rank = np.random.default_rng(0), len(case.size)
    x = rng.standard_normal((case.batch, case.channels, *case.size), np.float32)
    model = _model(case, rng, rank).SerializeToString()
    sessions = []
    for level in (LEVELS.ORT_ENABLE_BASIC, LEVELS.ORT_ENABLE_ALL):
        options.graph_optimization_level = level
        sessions.append(
            onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        )
    return {"forward": [lambda s=session: s.run(None, {"x": x}) for session in sessions]}


def _model(case, rng, rank):
    w = rng.standard_normal((case.filters, case.channels, *[case.kernel] * rank), np.float32)
    node = helper.make_node(
        "Conv",
        ["x", "w"],
        ["y"],
        kernel_shape=[case.kernel] * rank,
        pads=[case.kernel // 2] * 2 * rank,
        strides=[case.stride] * rank,
    )
    x = helper.make_tensor_value_info(
        "x", TensorProto.FLOAT, [case.batch, case.channels, *case.size]
    )
    y = helper.make_tensor_value_info("y", TensorProto.FLOAT, None)
    graph = helper.make_graph([node], "conv", [x], [y], [numpy_helper.from_array(w, "w")])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
