"""The innermost loop: a small tile of a matrix product that never leaves the registers.

    tile[r, :] += a[r, k] · b[k, :]         a few rows, two vectors wide, for four k at a time

Every number that is loaded is used many times, which is what keeps the arithmetic units busy; a
product that goes back to memory after every multiplication waits for memory instead. The tile takes
half of the processor's registers and leaves the rest for a and b. This loop reaches the speed of
the assembly in BLAS libraries, because the compiler is told which number stands in which register.

The operands lie in memory in the order of use:

    a   blocks of ``lanes`` k:            a[block][row][lane]         (row r, step k: r·lanes + k)
    b   panels as wide as the tile:       b[k][column]

``turned_multiply_add`` reads the same blocks of a with rows and steps exchanged: tile[r, :] then
belongs to lane r, and k counts the rows. That is aᵀ·b, which gradients to weights are made of.
"""

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic, overload

from minidl.kernels.lanes import (
    BITS,
    MANY_REGISTERS,
    Lanes,
    lane_count,
    load_lanes,
    pointer,
    spread,
    store_lanes,
)

VECTORS = 4 if MANY_REGISTERS and BITS == 128 else 2
MOST_ROWS = 8 if BITS == 512 else 4
STEPS = 4


def tile_rows(dtype: np.dtype) -> int:
    """Return how many rows a tile has: never more than lanes, so that turned tiles fit."""
    return min(MOST_ROWS, lane_count(dtype))


def tile_columns(dtype: np.dtype) -> int:
    """Return how many columns a tile has."""
    return VECTORS * lane_count(dtype)


def rows_of(array) -> int:
    """Return ``tile_rows`` of the array's dtype, inside kernels."""
    raise NotImplementedError("only inside kernels")


def columns_of(array) -> int:
    """Return ``tile_columns`` of the array's dtype, inside kernels."""
    raise NotImplementedError("only inside kernels")


@overload(rows_of)
def _rows_of(array):
    rows = min(MOST_ROWS, Lanes(array.dtype).count)
    return lambda array: rows


@overload(columns_of)
def _columns_of(array):
    columns = VECTORS * Lanes(array.dtype).count
    return lambda array: columns


def _tile(array):
    kind = Lanes(array.dtype)
    return types.UniTuple(kind, min(MOST_ROWS, kind.count) * VECTORS)


def _index(number: int):
    return ir.Constant(ir.IntType(64), number)


@intrinsic
def zero_tile(typing, array):
    """Return a tile of zeros, of ``array``'s kind."""
    tile = _tile(array)

    def emit(context, builder, signature, arguments):
        return ir.Constant(context.get_value_type(tile), None)

    return tile(array), emit


def _emit_multiply_add(turned: bool):
    def emit(context, builder, signature, arguments):
        kind, many = signature.args[0].dtype, signature.args[0].count
        tile, a, a_start, b, b_start = arguments
        register = context.get_value_type(kind)
        a = pointer(context, builder, signature.args[1], a, a_start)
        b = pointer(context, builder, signature.args[3], b, b_start)
        row_step, k_step = (1, kind.count) if turned else (kind.count, 1)
        sums = [builder.extract_value(tile, i) for i in range(many)]
        for k in range(1 if turned else STEPS):
            starts = [_index((k * VECTORS + v) * kind.count) for v in range(VECTORS)]
            right = [load_lanes(builder, builder.gep(b, [s]), register) for s in starts]
            for i in range(many):
                row, v = divmod(i, VECTORS)
                if v == 0:
                    place = builder.gep(a, [_index(row * row_step + k * k_step)])
                    left = spread(builder, builder.load(place), register)
                product = builder.fmul(left, right[v], flags=("contract",))
                sums[i] = builder.fadd(product, sums[i], flags=("contract",))
        for i, total in enumerate(sums):
            tile = builder.insert_value(tile, total, i)
        return tile

    return emit


@intrinsic
def multiply_add(typing, tile, a, a_start, b, b_start):
    """Add the outer products of STEPS columns of a and STEPS rows of b to the tile."""
    return tile(tile, a, types.intp, b, types.intp), _emit_multiply_add(turned=False)


@intrinsic
def turned_multiply_add(typing, tile, a, a_start, b, b_start):
    """Add the outer product of one row of a (a row of aᵀ's column) and one row of b to the tile."""
    return tile(tile, a, types.intp, b, types.intp), _emit_multiply_add(turned=True)


@intrinsic
def load_tile(typing, c, start):
    """Take a tile from memory, row after row."""
    tile = _tile(c)

    def emit(context, builder, signature, arguments):
        register = context.get_value_type(tile.dtype)
        address = pointer(context, builder, signature.args[0], *arguments)
        value = ir.Constant(context.get_value_type(tile), None)
        for i in range(tile.count):
            place = builder.gep(address, [_index(i * tile.dtype.count)])
            value = builder.insert_value(value, load_lanes(builder, place, register), i)
        return value

    return tile(c, types.intp), emit


@intrinsic
def store_tile(typing, c, start, tile):
    """Put a tile into memory, row after row."""

    def emit(context, builder, signature, arguments):
        c, start, value = arguments
        address = pointer(context, builder, signature.args[0], c, start)
        for i in range(tile.count):
            place = builder.gep(address, [_index(i * tile.dtype.count)])
            store_lanes(builder, builder.extract_value(value, i), place)
        return context.get_dummy_value()

    return types.void(c, types.intp, tile), emit
