"""Lanes that choose: the largest number so far and where it stood, or numbers under a condition."""

from llvmlite import ir
from numba import types
from numba.extending import intrinsic, models, register_model

from minidl.kernels.compile.simd import Vector, emit_load, emit_splat, emit_store, pointer


class IntVector(types.Type):
    """The compiler's name for as many integers as there are lanes."""

    def __init__(self, count: int):
        self.count = count
        super().__init__(name=f"Places({count})")


class Argmax(types.Type):
    """The compiler's name for two vectors: the largest numbers so far, and where they stood."""

    def __init__(self, lanes: Vector):
        self.lanes = lanes
        super().__init__(name=f"Largest({lanes})")


@register_model(IntVector)
class _IntVectorModel(models.PrimitiveModel):
    def __init__(self, manager, kind):
        super().__init__(manager, kind, ir.VectorType(ir.IntType(32), kind.count))


@register_model(Argmax)
class _ArgmaxModel(models.StructModel):
    def __init__(self, manager, kind):
        places = IntVector(kind.lanes.count)
        super().__init__(manager, kind, [("numbers", kind.lanes), ("places", places)])


def _both(context, kind):
    register = context.get_value_type(kind.lanes)
    return register, ir.VectorType(ir.IntType(32), register.count)


@intrinsic
def argmax_start(typing, array, place):
    """Return −∞ at a place, of ``array``'s kind: every other number is larger."""
    kind = Argmax(Vector(array.dtype))

    def emit(context, builder, signature, arguments):
        register, places = _both(context, kind)
        low = ir.Constant(register, [float("-inf")] * register.count)
        value = ir.Constant.literal_struct([low, ir.Constant(places, None)])
        here = emit_splat(builder, builder.trunc(arguments[1], ir.IntType(32)), places)
        return builder.insert_value(value, here, 1)

    return kind(array, types.intp), emit


@intrinsic
def argmax_update(typing, so_far, array, index, place):
    """Compare neighbouring numbers with the largest so far; they all stand at ``place``.

    The first of equal numbers stays; so does the first NaN, which counts as larger than any number.
    """

    def emit(context, builder, signature, arguments):
        value, array, index, place = arguments
        register, places = _both(context, so_far)
        best, best_place = builder.extract_value(value, 0), builder.extract_value(value, 1)
        new = emit_load(
            builder, pointer(context, builder, signature.args[1], array, index), register
        )
        better = builder.and_(
            builder.fcmp_unordered(">", new, best), builder.fcmp_ordered("ord", best, best)
        )
        here = emit_splat(builder, builder.trunc(place, ir.IntType(32)), places)
        value = builder.insert_value(value, builder.select(better, new, best), 0)
        return builder.insert_value(value, builder.select(better, here, best_place), 1)

    return so_far(so_far, array, types.intp, types.intp), emit


@intrinsic
def store_argmax(typing, numbers, places, index, largest):
    """Put the largest numbers and where they stood."""

    def emit(context, builder, signature, arguments):
        numbers, places, index, value = arguments
        where = pointer(context, builder, signature.args[0], numbers, index)
        emit_store(builder, builder.extract_value(value, 0), where)
        where = pointer(context, builder, signature.args[1], places, index)
        stood = builder.extract_value(value, 1)
        narrow = ir.VectorType(where.type.pointee, stood.type.count)
        emit_store(builder, builder.trunc(stood, narrow), where)
        return context.get_dummy_value()

    return types.void(numbers, places, types.intp, largest), emit


@intrinsic
def load_where(typing, numbers, places, index, place):
    """Take the numbers whose ``places`` (integers) say ``place``, and 0 for the others."""
    kind = Vector(numbers.dtype)

    def emit(context, builder, signature, arguments):
        numbers, places, index, place = arguments
        register = context.get_value_type(kind)
        value = emit_load(
            builder, pointer(context, builder, signature.args[0], numbers, index), register
        )
        where = pointer(context, builder, signature.args[1], places, index)
        integers = ir.VectorType(where.type.pointee, register.count)
        stood = emit_load(builder, where, integers)
        here = emit_splat(builder, builder.trunc(place, integers.element), integers)
        chosen = builder.icmp_signed("==", stood, here)
        return builder.select(chosen, value, ir.Constant(register, None))

    return kind(numbers, places, types.intp, types.intp), emit


@intrinsic
def select_positive(typing, signs, numbers):
    """Keep the lanes beside which ``signs`` are above 0, and 0 for the others."""

    def emit(context, builder, signature, arguments):
        sign, value = arguments
        zero = ir.Constant(value.type, None)
        return builder.select(builder.fcmp_ordered(">", sign, zero), value, zero)

    return numbers(signs, numbers), emit


@intrinsic
def any_nan(typing, numbers):
    """Whether one of the lanes holds a NaN."""

    def emit(context, builder, signature, arguments):
        which = builder.fcmp_unordered("uno", arguments[0], arguments[0])
        bits = builder.bitcast(which, ir.IntType(which.type.count))
        return builder.icmp_unsigned("!=", bits, ir.Constant(bits.type, 0))

    return types.boolean(numbers), emit
