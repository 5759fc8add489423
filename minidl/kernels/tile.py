"""The innermost loop: a small tile of a matrix product that never leaves the registers.

    tile[r, :] += a[r, k] · b[k, :]         a few rows, one or two vectors wide

Every number that is loaded is used many times, which is what keeps the arithmetic units busy; a
product that goes back to memory after every multiplication waits for memory instead. The tile takes
half of the processor's registers and leaves the rest for a and b. This loop reaches the speed of
the assembly in BLAS libraries, because the compiler is told which number stands in which register.

b lies in memory in the order of use, in *panels* as wide as the tile: b[k][column]. Rows of a are
any fixed pitch apart: it may be a block of columns, the input of a convolution itself, or, with a
pitch of one, aᵀ.
"""

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic, overload

from minidl.kernels.lanes import (
    BITS,
    MANY_REGISTERS,
    Lanes,
    emit_maximum,
    lane_count,
    load_lanes,
    pointer,
    spread,
    store_lanes,
)

VECTORS = 4 if MANY_REGISTERS and BITS == 128 else 2
MOST_ROWS = 8 if BITS == 512 else 4
MOST_STEPS = 4


def tile_rows(dtype: np.dtype) -> int:
    """Return how many rows a tile has: never more than lanes, so that turned tiles fit."""
    return min(MOST_ROWS, lane_count(dtype))


def tile_steps(dtype: np.dtype) -> int:
    """Return how many k are done at a time: never more than lanes, where a block of a ends."""
    return min(MOST_STEPS, lane_count(dtype))


def panel_width(dtype: np.dtype, columns: int) -> int:
    """Return the width of the tiles for so many columns: one vector if that is enough."""
    return lane_count(dtype) * (1 if columns <= lane_count(dtype) else VECTORS)


def rows_of(array) -> int:
    """Return ``tile_rows`` of the array's dtype, inside kernels."""
    raise NotImplementedError("only inside kernels")


def steps_of(array) -> int:
    """Return ``tile_steps`` of the array's dtype, inside kernels."""
    raise NotImplementedError("only inside kernels")


def _rows(array) -> int:
    return min(MOST_ROWS, Lanes(array.dtype).count)


@overload(rows_of)
def _rows_of(array):
    rows = _rows(array)
    return lambda array: rows


@overload(steps_of)
def _steps_of(array):
    steps = min(MOST_STEPS, Lanes(array.dtype).count)
    return lambda array: steps


def _index(number: int):
    return ir.Constant(ir.IntType(64), number)


def _zero(vectors: int):
    def typed(typing, array):
        tile = types.UniTuple(Lanes(array.dtype), _rows(array) * vectors)

        def emit(context, builder, signature, arguments):
            return ir.Constant(context.get_value_type(tile), None)

        return tile(array), emit

    return intrinsic(typed)


wide_tile = _zero(VECTORS)  # a tile of zeros, of an array's kind
narrow_tile = _zero(1)


def _multiply_add(most_steps: int):
    def typed(typing, tile, a, a_start, pitch, b, b_start):
        rows, width = _rows(a), tile.dtype.count
        vectors, steps = tile.count // rows, min(most_steps, width)

        def emit(context, builder, signature, arguments):
            value, a_array, a_start, pitch, b_array, b_start = arguments
            register = context.get_value_type(tile.dtype)
            a_first = pointer(context, builder, a, a_array, a_start)
            b_first = pointer(context, builder, b, b_array, b_start)
            sums = [builder.extract_value(value, i) for i in range(tile.count)]
            for k in range(steps):
                starts = [_index((k * vectors + v) * width) for v in range(vectors)]
                right = [load_lanes(builder, builder.gep(b_first, [s]), register) for s in starts]
                for row in range(rows):
                    step = builder.add(builder.mul(pitch, _index(row)), _index(k))
                    number = builder.load(builder.gep(a_first, [step]))
                    left = spread(builder, number, register)
                    for v in range(vectors):
                        i = row * vectors + v
                        product = builder.fmul(left, right[v], flags=("contract",))
                        sums[i] = builder.fadd(product, sums[i], flags=("contract",))
            for i, total in enumerate(sums):
                value = builder.insert_value(value, total, i)
            return value

        return tile(tile, a, types.intp, types.intp, b, types.intp), emit

    return intrinsic(typed)


# multiply_add(tile, a, a_start, pitch, b, b_start) adds to the tile the outer products of
# ``steps_of`` neighbouring columns of a, whose rows are a pitch apart, and as many rows of b.
multiply_add = _multiply_add(MOST_STEPS)
multiply_add_one = _multiply_add(1)


@intrinsic
def load_tile(typing, like, c, start):
    """Take a tile like ``like`` from memory, row after row."""

    def emit(context, builder, signature, arguments):
        value, c_array, start = arguments
        register = context.get_value_type(like.dtype)
        address = pointer(context, builder, c, c_array, start)
        for i in range(like.count):
            place = builder.gep(address, [_index(i * like.dtype.count)])
            value = builder.insert_value(value, load_lanes(builder, place, register), i)
        return value

    return like(like, c, types.intp), emit


@intrinsic
def store_tile(typing, c, start, tile):
    """Put a tile into memory, row after row."""

    def emit(context, builder, signature, arguments):
        c_array, start, value = arguments
        address = pointer(context, builder, c, c_array, start)
        for i in range(tile.count):
            place = builder.gep(address, [_index(i * tile.dtype.count)])
            store_lanes(builder, builder.extract_value(value, i), place)
        return context.get_dummy_value()

    return types.void(c, types.intp, tile), emit


@intrinsic
def finish_tile(typing, y, start, pitch, tile, bias, bias_start, floor):
    """Put a tile into y, rows a pitch apart, plus the bias and not below ``floor``."""
    rows = _rows(y)
    vectors = tile.count // rows

    def emit(context, builder, signature, arguments):
        y_array, start, pitch, value, bias_array, bias_start, floor_value = arguments
        register = context.get_value_type(tile.dtype)
        first = pointer(context, builder, y, y_array, start)
        more = pointer(context, builder, bias, bias_array, bias_start)
        for v in range(vectors):
            step = _index(v * tile.dtype.count)
            add = load_lanes(builder, builder.gep(more, [step]), register)
            for row in range(rows):
                total = builder.fadd(builder.extract_value(value, row * vectors + v), add)
                total = emit_maximum(builder, total, floor_value)
                place = builder.add(builder.mul(pitch, _index(row)), step)
                store_lanes(builder, total, builder.gep(first, [place]))
        return context.get_dummy_value()

    return types.void(y, types.intp, types.intp, tile, bias, types.intp, floor), emit
