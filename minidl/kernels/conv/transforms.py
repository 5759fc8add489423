"""Winograd's transforms for F(4×4, 3×3): a tile of 4×4 outputs from 36 products instead of 144.

Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", arXiv 1509.09308, whose A, G
and B these are. **One axis.** Four outputs of a kernel of three taps are y_i = Σ_j g_j d_{i+j}:
twelve products of six inputs. They are the adjoint of multiplying two polynomials, of degrees 3
and 2, and a product of degree 5 is known once its value is known at six points p (one of them ∞,
meaning the leading coefficient), where it costs one multiplication each:

    y = Aᵀ [ (G g) ⊙ (Bᵀ d) ]        A_{p,i} = pⁱ,   G_{p,j} = pʲ / N_p

Row p of Bᵀ holds the coefficients of Π_{q≠p} (x − q), and N_p = Π_{q≠p} (p − q); the row of ∞ holds
those of the product over all five finite points.

**The points** are 0, ±√½, ±√2, ∞. With 0, ±1, ±2, ∞, the usual choice, powers up to 2⁵ make large
numbers cancel; here the points are closed under p → −p and under p → 1/p, which keeps every
coefficient near one. The largest error falls from 4·10⁻⁵ to 1·10⁻⁵ of the root mean square (512
channels, float32), where a direct sum has 2·10⁻⁶.

**Two axes** are one after the other: Y = Aᵀ [(G g Gᵀ) ⊙ (Bᵀ d B)] A. Sums over channels may be done
before the last step, so that all the products are 36 matrix products. **The gradient to the
kernel** is the adjoint: dg = Gᵀ [ Σ over tiles of (Bᵀ d B) ⊙ (A dY Aᵀ) ] G.
"""

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from minidl.kernels.compile.jit import inner
from minidl.kernels.compile.simd import (
    Vector,
    emit_load,
    emit_maximum,
    emit_store,
    pointer,
)

FINITE = (0.0, 0.5**0.5, -(0.5**0.5), 2.0**0.5, -(2.0**0.5))  # points
POINTS = 36
TILE = 4  # outputs along an axis; TILE + 2 inputs


def matrices() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return A (6, 4), B (6, 6) and G (6, 3) of the five finite points and ∞."""
    others = [[q for q in FINITE if q != p] for p in FINITE]
    norms = [np.prod([p - q for q in rest]) for p, rest in zip(FINITE, others, strict=True)]
    powers, infinity = np.vander(FINITE, 4, increasing=True), np.eye(6)[-1]
    a = np.vstack([powers, infinity[-4:]])
    g = np.vstack([powers[:, :3] / np.array(norms)[:, None], infinity[-3:]])
    columns = [np.append(np.poly(rest)[::-1], 0) for rest in others] + [np.poly(FINITE)[::-1]]
    b = np.column_stack(columns)
    return a, np.where(np.abs(b) < 1e-12, 0, b), g


A, B, G = matrices()
# Terms of a sum that stand together, since the points come in pairs ±p: even and odd powers are
# the same for both points of a pair, and a power's coefficients are the same for both or opposite.
BY_POWER = ((0, 2, 4), (1, 3, 5))
BY_POINT = ((0,), (1, 2), (3, 4), (5,))


def _emit_add(builder, total, coefficient, value):
    """Emit total + coefficient·value; nothing is multiplied by 1, and nothing added to no total."""
    if total is None and coefficient < 0:
        total = ir.Constant(value.type, None)
    add = builder.fsub if coefficient < 0 else builder.fadd
    if not np.isclose(abs(coefficient), 1):
        factor = ir.Constant(value.type, [float(abs(coefficient))] * value.type.count)
        value = builder.fmul(value, factor, flags=("contract",))
    return value if total is None else add(total, value, flags=("contract",))


def _emit_combination(builder, row, values, parts):
    """Emit Σ_k row[k]·values[k], part by part: LLVM makes what several rows share only once."""
    total = None
    for part in parts:
        first, *others = [k for k in part if k < len(row) and row[k]] or [None]
        if first is not None:
            inner = values[first]
            for k in others:
                inner = _emit_add(builder, inner, row[k] / row[first], values[k])
            total = _emit_add(builder, total, row[first], inner)
    return total


def _emit_product(builder, matrix, grid, parts):
    """Emit matrix · gridᵀ for a grid of vectors, a list of rows, as a list of columns."""
    return [[_emit_combination(builder, row, values, parts) for row in matrix] for values in grid]


def _transform(name: str, matrix: np.ndarray, parts):
    """Return a function of kernels: ``name(x, i, down, right, y, o, below, beside, final)``.

    It takes a square of vectors from ``x[i]`` on, ``down`` and ``right`` apart, to
    matrix · square · matrixᵀ, from ``y[o]`` on, ``below`` and ``beside`` apart. With a final
    (bias, floor) it adds the bias, writes nothing below the floor, and returns 0, or NaN if a
    result is not finite; otherwise ``final`` is None.
    """

    def typed(typing, x, i, down, right, y, o, below, beside, final):
        def emit(context, builder, signature, arguments):
            return _emit_square(context, builder, signature, arguments, matrix, parts)

        return Vector(x.dtype)(x, *[types.intp] * 3, y, *[types.intp] * 3, final), emit

    emitted = intrinsic(typed)

    def transform(x, i, down, right, y, o, below, beside, final):
        return emitted(x, i, down, right, y, o, below, beside, final)

    # Numba tells functions apart by name and by the order in which a process compiles them. Kept
    # code of two processes may meet in a third: under one name it would call the other's transform.
    transform.__name__ = transform.__qualname__ = name
    return inner(transform)  # by itself: in a loop, LLVM would work out all 72 addresses beforehand


def _emit_square(context, builder, signature, arguments, matrix, parts):
    """Emit loads, both products and stores."""
    x, i, down, right, y, o, below, beside, final = arguments
    register = context.get_value_type(Vector(signature.args[0].dtype))
    read = pointer(context, builder, signature.args[0], x, i)
    write = pointer(context, builder, signature.args[4], y, o)

    def place(first, row, step, column, other):
        for each, count in ((step, row), (other, column)):
            first = builder.gep(first, [builder.mul(each, ir.Constant(each.type, count))])
        return first

    size, wrong = matrix.shape[1], ir.Constant(register, None)
    grid = [
        [emit_load(builder, place(read, r, down, c, right), register) for c in range(size)]
        for r in range(size)
    ]
    zero = wrong
    columns = _emit_product(builder, matrix, zip(*grid, strict=True), parts)
    for r, row in enumerate(_emit_product(builder, matrix, zip(*columns, strict=True), parts)):
        for c, value in enumerate(row):
            if not isinstance(signature.args[-1], types.NoneType):
                bias, floor = (builder.extract_value(final, k) for k in range(2))
                checked = builder.fmul(value, zero, flags=("contract",))
                wrong = builder.fadd(checked, wrong, flags=("contract",))
                value = emit_maximum(builder, builder.fadd(value, bias), floor)
            emit_store(builder, value, place(write, r, below, c, beside))
    return wrong


transform_input = _transform("transform_input", B.T, BY_POWER)
transform_kernel = _transform("transform_kernel", G, BY_POWER)
transform_output = _transform("transform_output", A.T, BY_POINT)
transform_output_gradient = _transform("transform_output_gradient", A, BY_POWER)
transform_kernel_gradient = _transform("transform_kernel_gradient", G.T, BY_POINT)
