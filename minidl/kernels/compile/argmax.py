"""Lanes that choose: the larger number and where it stood, or numbers under a condition."""

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from minidl.kernels.compile.simd import Vector, emit_load, emit_splat, emit_store, pointer


@intrinsic
def argmax_select(typing, new, best, of_new, of_best):
    """Take the lanes of ``of_new`` where ``new`` is larger than ``best``, else of ``of_best``.

    The first of equal numbers stays; so does the first NaN, which counts as larger than any number.
    """

    def emit(context, builder, signature, arguments):
        new, best, of_new, of_best = arguments
        greater = builder.and_(
            builder.fcmp_unordered(">", new, best), builder.fcmp_ordered("ord", best, best)
        )
        return builder.select(greater, of_new, of_best)

    return of_best(new, best, of_new, of_best), emit


@intrinsic
def store_integers(typing, array, index, value):
    """Put whole numbers: ``array[index : index + lanes] = value``."""

    def emit(context, builder, signature, arguments):
        array, index, value = arguments
        where = pointer(context, builder, signature.args[0], array, index)
        wide = builder.fptosi(value, ir.VectorType(ir.IntType(32), value.type.count))
        narrow = ir.VectorType(where.type.pointee, value.type.count)
        emit_store(builder, builder.trunc(wide, narrow), where)
        return context.get_dummy_value()

    return types.void(array, types.intp, value), emit


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
