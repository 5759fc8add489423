"""Numbers side by side: what one instruction of the processor works on at once.

A processor adds sixteen float32 numbers as quickly as one, if a program asks for it. Compilers find
such chances in simple loops only, so the kernels ask by name: ``load`` takes neighbouring numbers
from a flat array, ``+ − ×`` work on all of them, ``store`` puts them back. In a channels-last array
the neighbours are channels, and what is true of one channel is true of the next: every kernel is
written for one channel and means ``lanes(array)`` of them.
"""

import operator

import numpy as np
from llvmlite import binding, ir
from numba import config, types
from numba.core.codegen import get_host_cpu_features
from numba.extending import (
    intrinsic,
    lower_builtin,
    models,
    overload,
    register_model,
    type_callable,
)


def processor_of(triple: str) -> str:
    """Return "x86", "arm" (64 bits) or "other", as LLVM's name for what it compiles for says.

    Python's ``platform.machine()`` may name another one: x64 Python on an ARM laptop runs x86 code.
    """
    name = triple.split("-")[0].lower()
    if name in ("x86_64", "amd64", "i386", "i586", "i686"):
        return "x86"
    return "arm" if name.startswith(("aarch64", "arm64")) else "other"


def vector_bits() -> int:
    """Width of the vector registers that Numba compiles for: it leaves AVX out where it harms."""
    features = get_host_cpu_features() if config.CPU_FEATURES is None else config.CPU_FEATURES
    has = features.split(",")
    return 512 if "+avx512f" in has else 256 if "+avx" in has else 128


PROCESSOR = processor_of(binding.get_process_triple())
BITS = vector_bits()
MANY_REGISTERS = BITS == 512 or PROCESSOR == "arm"  # 32, not 16


def lane_count(dtype: np.dtype) -> int:
    """Return how many numbers of this dtype one vector holds."""
    return BITS // (8 * np.dtype(dtype).itemsize)


class Vector(types.Type):
    """The compiler's name for a vector register full of float32 or float64 numbers."""

    def __init__(self, dtype: types.Float):
        self.dtype = dtype
        self.count = BITS // dtype.bitwidth
        super().__init__(name=f"Lanes({dtype} × {self.count})")


@register_model(Vector)
class _VectorModel(models.PrimitiveModel):
    def __init__(self, manager, kind):
        element = ir.FloatType() if kind.dtype == types.float32 else ir.DoubleType()
        super().__init__(manager, kind, ir.VectorType(element, kind.count))


def pointer(context, builder, array_type, array, *steps):
    """Address of the element ``sum(steps)`` of a flat array."""
    data = context.make_array(array_type)(context, builder, array).data
    for step in steps:
        data = builder.gep(data, [step])
    return data


def emit_load(builder, address, register):
    """Emit a load of neighbouring numbers; they may begin anywhere, not only at round addresses."""
    address = builder.bitcast(address, register.as_pointer())
    return builder.load(address, align=1)


def emit_store(builder, value, address):
    """Emit a store of neighbouring numbers."""
    address = builder.bitcast(address, value.type.as_pointer())
    builder.store(value, address, align=1)


def emit_splat(builder, scalar, register):
    """Emit the vector that holds one number in every lane."""
    undefined = ir.Constant(register, ir.Undefined)
    first = builder.insert_element(undefined, scalar, ir.Constant(ir.IntType(32), 0))
    zeros = ir.Constant(ir.VectorType(ir.IntType(32), register.count), None)
    return builder.shuffle_vector(first, undefined, zeros)


def lanes(array) -> int:
    """Return how many elements of ``array`` one vector holds."""
    raise NotImplementedError("only inside kernels")


@overload(lanes)
def _lanes(array):
    count = BITS // array.dtype.bitwidth
    return lambda array: count


@intrinsic
def load(typing, array, index):
    """Take the numbers ``array[index : index + lanes]``."""

    def emit(context, builder, signature, arguments):
        address = pointer(context, builder, signature.args[0], arguments[0], arguments[1])
        return emit_load(builder, address, context.get_value_type(signature.return_type))

    return Vector(array.dtype)(array, types.intp), emit


@intrinsic
def load_scalar(typing, array, index):
    """Take one number, ``array[index]`` for an index that is surely not negative."""

    def emit(context, builder, signature, arguments):
        return builder.load(pointer(context, builder, signature.args[0], *arguments))

    return array.dtype(array, types.intp), emit


@intrinsic
def store(typing, array, index, value):
    """Put them: ``array[index : index + lanes] = value``."""

    def emit(context, builder, signature, arguments):
        array, index, value = arguments
        emit_store(builder, value, pointer(context, builder, signature.args[0], array, index))
        return context.get_dummy_value()

    return types.void(array, types.intp, value), emit


@intrinsic
def splat(typing, array, number):
    """Return a vector of ``array``'s kind that holds ``number`` in every lane."""

    def emit(context, builder, signature, arguments):
        register = context.get_value_type(signature.return_type)
        number = context.cast(builder, arguments[1], signature.args[1], signature.return_type.dtype)
        return emit_splat(builder, number, register)

    return Vector(array.dtype)(array, number), emit


def _arithmetic(function, emit_one):
    """Teach the compiler ``Lanes ∘ Lanes``, ``Lanes ∘ number`` and ``number ∘ Lanes``."""

    @type_callable(function)
    def typer(context):
        def result(a, b):
            if isinstance(a, Vector) and (a == b or isinstance(b, types.Number)):
                return a
            if isinstance(b, Vector) and isinstance(a, types.Number):
                return b
            return None

        return result

    def emit(context, builder, signature, arguments):
        kind = signature.return_type
        register = context.get_value_type(kind)
        both = [
            value
            if isinstance(given, Vector)
            else emit_splat(builder, context.cast(builder, value, given, kind.dtype), register)
            for value, given in zip(arguments, signature.args, strict=True)
        ]
        return emit_one(builder, *both)

    for a, b in [(Vector, Vector), (Vector, types.Number), (types.Number, Vector)]:
        lower_builtin(function, a, b)(emit)


def maximum(a, b):
    """Return the larger of each pair of lanes; a NaN in a stays (one in b does not count)."""
    raise NotImplementedError("only inside kernels")


def emit_maximum(builder, a, b):
    """Emit the larger of each pair of lanes: one instruction, if written in just this way."""
    return builder.select(builder.fcmp_ordered(">", b, a), b, a)


# "contract" lets x·y + z become one instruction; nothing is assumed about NaN or infinity.
_arithmetic(operator.add, lambda builder, a, b: builder.fadd(a, b, flags=("contract",)))
_arithmetic(operator.sub, lambda builder, a, b: builder.fsub(a, b, flags=("contract",)))
_arithmetic(operator.mul, lambda builder, a, b: builder.fmul(a, b, flags=("contract",)))
_arithmetic(maximum, emit_maximum)


@intrinsic
def transpose(typing, source, i, pitch, target, o, target_pitch):
    """Copy a square of lanes × lanes numbers, rows a pitch apart, with rows and columns swapped.

    Interleaving row r with row r + half, for all r, is one step of a perfect shuffle; after
    log₂(lanes) steps every number has changed its row index for its lane index.
    """
    kind = Vector(source.dtype)

    def emit(context, builder, signature, arguments):
        source, i, pitch, target, o, target_pitch = arguments
        register = context.get_value_type(kind)
        count, half = kind.count, kind.count // 2

        def places(first, pitch):
            for row in range(count):
                step = builder.mul(pitch, ir.Constant(ir.IntType(64), row))
                yield builder.gep(first, [step])

        read = pointer(context, builder, signature.args[0], source, i)
        write = pointer(context, builder, signature.args[3], target, o)
        rows = [emit_load(builder, place, register) for place in places(read, pitch)]
        pairs = [lane for low in range(count) for lane in (low, low + count)]
        masks = [
            ir.Constant(ir.VectorType(ir.IntType(32), count), part)
            for part in (pairs[:count], pairs[count:])
        ]
        for _ in range(count.bit_length() - 1):
            rows = [
                builder.shuffle_vector(rows[row], rows[row + half], mask)
                for row in range(half)
                for mask in masks
            ]
        for value, place in zip(rows, places(write, target_pitch), strict=True):
            emit_store(builder, value, place)
        return context.get_dummy_value()

    where = (types.intp, types.intp)
    return types.void(source, *where, target, *where), emit
