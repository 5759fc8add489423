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
from numba.extending import intrinsic

from minidl.kernels.compile.jit import inlined
from minidl.kernels.compile.simd import (
    BITS,
    MANY_REGISTERS,
    Vector,
    emit_load,
    emit_maximum,
    emit_splat,
    emit_store,
    lane_count,
    lanes,
    pointer,
)

VECTORS = 4 if MANY_REGISTERS and BITS == 128 else 2
MOST_ROWS = 8 if BITS == 512 else 4
MOST_STEPS = 4
MOST_STEPS_APART = 3  # for runs of the input itself: those of three colours are multiples of it


def tile_rows(dtype: np.dtype) -> int:
    """Return how many rows a tile has: never more than lanes, so that turned tiles fit."""
    return min(MOST_ROWS, lane_count(dtype))


def tile_steps(dtype: np.dtype) -> int:
    """Return how many k are done at a time: never more than lanes, where a block of a ends."""
    return min(MOST_STEPS, lane_count(dtype))


def panel_width(dtype: np.dtype, columns: int) -> int:
    """Return the width of the tiles for so many columns: one vector if that is enough."""
    return lane_count(dtype) * (1 if columns <= lane_count(dtype) else VECTORS)


def panel_rows(dtype: np.dtype, panel: int) -> int:
    """Return how many rows the tiles of so wide a panel have: all fill as many registers."""
    return tile_rows(dtype) * (VECTORS if panel == lane_count(dtype) else 1)


@inlined
def rows_of(array):
    """Return ``tile_rows`` of the array's dtype, inside kernels."""
    return min(MOST_ROWS, lanes(array))


@inlined
def steps_of(array):
    """Return ``tile_steps`` of the array's dtype, inside kernels."""
    return min(MOST_STEPS, lanes(array))


@inlined
def steps_apart(array):
    """Return how many k `multiply_add_apart` does at a time."""
    return min(MOST_STEPS_APART, lanes(array))


def _index(number: int):
    return ir.Constant(ir.IntType(64), number)


def _zero(vectors: int, tall: int = 1, rows: int | None = None):
    def typed(typing, array):
        register = Vector(array.dtype)
        high = rows or tall * min(MOST_ROWS, register.count)
        tile = types.UniTuple(types.UniTuple(register, vectors), high)

        def emit(context, builder, signature, arguments):
            return ir.Constant(context.get_value_type(tile), None)

        return tile(array), emit

    return intrinsic(typed)


wide_tile = _zero(VECTORS)  # a tile of zeros, of an array's kind: a tuple of rows of vectors
narrow_tile = _zero(1)
tall_tile = _zero(1, tall=VECTORS)  # as narrow, and of as many registers as the wide one
patch_tile = _zero(1, rows=27)  # a whole window of a first layer: nearly all of 32 registers


def _shape(tile):
    """Return (rows, vectors in a row, numbers in a vector) of a tile's type."""
    return tile.count, tile.dtype.count, tile.dtype.dtype.count


def _hidden(builder, number):
    """Return the same number, but the compiler does not know that (there is no instruction)."""
    kind = ir.FunctionType(number.type, [number.type])
    return builder.asm(kind, "", "=r,0", [number], False)


def _row_addresses(builder, first, pitch, rows):
    """Return where rows begin that are a pitch apart, a number that only the run will tell.

    Left alone, the compiler keeps an address for every row and counts each one up: too many for the
    registers. Processors add one, two, four or eight times a register to another for nothing, so
    that the odd multiples of the pitch are enough for eight rows.
    """
    size = 8 if isinstance(first.type.pointee, ir.DoubleType) else 4
    start = _hidden(builder, builder.ptrtoint(first, pitch.type))
    step = _hidden(builder, builder.mul(pitch, _index(size)))
    wrong = {n: _hidden(builder, builder.mul(step, _index(n))) for n in (3, 5, 7)} | {1: step}
    for row in range(rows):
        if row and row % 8 == 0:
            start = _hidden(builder, builder.add(start, builder.mul(step, _index(8))))
        power = row % 8 & -(row % 8)
        address = start
        if power:
            address = builder.add(start, builder.mul(wrong[row % 8 // power], _index(power)))
        yield builder.inttoptr(address, first.type)


def _multiply_add(most_steps: int, apart: bool = False, run: int = 1):
    def typed(typing, tile, a, a_start, pitch, b, b_start):
        rows, vectors, width = _shape(tile)
        steps = min(most_steps, width)

        def emit(context, builder, signature, arguments):
            value, a_array, a_start, pitch, b_array, b_start = arguments
            register = context.get_value_type(tile.dtype.dtype)
            a_first = pointer(context, builder, a, a_array, a_start)
            b_first = pointer(context, builder, b, b_array, b_start)
            places = [(row, v) for row in range(rows) for v in range(vectors)]
            sums = {place: builder.extract_value(value, place) for place in places}
            if apart:
                left_rows = list(_row_addresses(builder, a_first, pitch, rows))
            else:
                offsets = [builder.mul(pitch, _index(row // run)) for row in range(rows)]
                offsets = [builder.add(o, _index(row % run)) for row, o in enumerate(offsets)]
                left_rows = [builder.gep(a_first, [offset]) for offset in offsets]
            for k in range(steps):
                starts = [_index((k * vectors + v) * width) for v in range(vectors)]
                right = [emit_load(builder, builder.gep(b_first, [s]), register) for s in starts]
                for row in range(rows):
                    number = builder.load(builder.gep(left_rows[row], [_index(k)]))
                    left = emit_splat(builder, number, register)
                    for v in range(vectors):
                        product = builder.fmul(left, right[v], flags=("contract",))
                        sums[row, v] = builder.fadd(product, sums[row, v], flags=("contract",))
            for place, total in sums.items():
                value = builder.insert_value(value, total, place)
            return value

        return tile(tile, a, types.intp, types.intp, b, types.intp), emit

    return intrinsic(typed)


# multiply_add(tile, a, a_start, pitch, b, b_start) adds to the tile the outer products of
# ``steps_of`` neighbouring columns of a, whose rows are a pitch apart, and as many rows of b.
# The pitch is a constant there; `_apart` is for a pitch that is not known before, and takes
# ``steps_apart`` columns.
multiply_add = _multiply_add(MOST_STEPS)
multiply_add_one = _multiply_add(1)
multiply_add_apart = _multiply_add(MOST_STEPS_APART, apart=True)
multiply_add_one_apart = _multiply_add(1, apart=True)
# For a patch: so many neighbours are rows, and so are those of each run a pitch further on.
add_runs_of_9 = _multiply_add(1, run=9)
add_runs_of_3 = _multiply_add(1, run=3)
PATCHES = ((3, 9), (9, 3)) if MANY_REGISTERS else ()  # (runs, run) of a window that is one tile


@intrinsic
def load_tile(typing, like, c, start):
    """Take a tile like ``like`` from memory, row after row."""
    rows, vectors, width = _shape(like)

    def emit(context, builder, signature, arguments):
        value, c_array, start = arguments
        register = context.get_value_type(like.dtype.dtype)
        address = pointer(context, builder, c, c_array, start)
        for i in range(rows * vectors):
            place = builder.gep(address, [_index(i * width)])
            number = emit_load(builder, place, register)
            value = builder.insert_value(value, number, divmod(i, vectors))
        return value

    return like(like, c, types.intp), emit


@intrinsic
def store_tile(typing, c, start, tile):
    """Put a tile into memory, row after row."""
    rows, vectors, width = _shape(tile)

    def emit(context, builder, signature, arguments):
        c_array, start, value = arguments
        address = pointer(context, builder, c, c_array, start)
        for i in range(rows * vectors):
            place = builder.gep(address, [_index(i * width)])
            emit_store(builder, builder.extract_value(value, divmod(i, vectors)), place)
        return context.get_dummy_value()

    return types.void(c, types.intp, tile), emit


@intrinsic
def epilogue(typing, y, start, pitch, tile, bias, bias_start, floor):
    """Put a tile into y, rows a pitch apart, plus the bias and not below ``floor``.

    Return zeros, or NaN where a number of the tile is not finite.
    """
    rows, vectors, width = _shape(tile)

    def emit(context, builder, signature, arguments):
        y_array, start, pitch, value, bias_array, bias_start, floor_value = arguments
        register = context.get_value_type(tile.dtype.dtype)
        first = pointer(context, builder, y, y_array, start)
        more = pointer(context, builder, bias, bias_array, bias_start)
        wrong = zero = ir.Constant(register, None)
        for v in range(vectors):
            step = _index(v * width)
            add = emit_load(builder, builder.gep(more, [step]), register)
            for row in range(rows):
                total = builder.extract_value(value, (row, v))
                product = builder.fmul(total, zero, flags=("contract",))
                wrong = builder.fadd(product, wrong, flags=("contract",))
                total = builder.fadd(total, add)
                total = emit_maximum(builder, total, floor_value)
                place = builder.add(builder.mul(pitch, _index(row)), step)
                emit_store(builder, total, builder.gep(first, [place]))
        return wrong

    return floor(y, types.intp, types.intp, tile, bias, types.intp, floor), emit
