"""Vectors of float32 in registers, for the one loop that has to reach sgemm's speed.

LLVM's loop vectoriser prefers 256-bit vectors on today's Xeons: the plain Numba loop
that reached sgemm's own speed with LLVM 14 runs at a third of it with LLVM 20. A value
of type ``float32x16`` is one vector that LLVM keeps in a register (two on a CPU with
256-bit registers, four with 128), so the tile's shape no longer hangs on heuristics.
Measured for one thread, 30 features, G multiply-adds a second beside 77 of OpenBLAS
sgemm: plain loop 26-33, these vectors 62-71.
"""

from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic, models, register_model

LANES = 16
_VECTOR = ir.VectorType(ir.FloatType(), LANES)


class Float32x16(types.Type):
    """Sixteen float32 values."""

    def __init__(self):
        super().__init__(name="Float32x16")


float32x16 = Float32x16()


@register_model(Float32x16)
class _Float32x16Model(models.PrimitiveModel):
    def __init__(self, dmm, fe_type):
        super().__init__(dmm, fe_type, _VECTOR)


def _element_pointer(context, builder, array_type, array, index):
    data = context.make_array(array_type)(context, builder, array).data
    pointer = builder.gep(data, [index], inbounds=True)
    return builder.bitcast(pointer, _VECTOR.as_pointer())


def _splat(builder, vector, value):
    empty = ir.Constant(vector, ir.Undefined)
    first = builder.insert_element(empty, value, ir.Constant(ir.IntType(32), 0))
    places = ir.Constant(ir.VectorType(ir.IntType(32), LANES), [0] * LANES)
    return builder.shuffle_vector(first, empty, places)


@intrinsic
def load(typingctx, array, index):
    """Sixteen values of a C-contiguous 1-d float32 array, from index on."""

    def codegen(context, builder, signature, args):
        pointer = _element_pointer(context, builder, signature.args[0], *args)
        return builder.load(pointer, align=4)

    return float32x16(array, types.intp), codegen


@intrinsic
def load_offsets(typingctx, array, index, center, scale):
    """(array[index + i] - center) * scale of a float64 array, in float64, then rounded."""

    def codegen(context, builder, signature, args):
        doubles = ir.VectorType(ir.DoubleType(), LANES)
        pointer = _element_pointer(context, builder, signature.args[0], *args[:2])
        values = builder.load(builder.bitcast(pointer, doubles.as_pointer()), align=8)
        offsets = builder.fsub(values, _splat(builder, doubles, args[2]))
        return builder.fptrunc(
            builder.fmul(offsets, _splat(builder, doubles, args[3])), _VECTOR
        )

    return float32x16(array, types.intp, types.float64, types.float64), codegen


@intrinsic
def load_outside(typingctx, array, index, low, high):
    """How far array[index + i] of a float64 array is outside [low, high], then rounded."""

    def codegen(context, builder, signature, args):
        doubles = ir.VectorType(ir.DoubleType(), LANES)
        pointer = _element_pointer(context, builder, signature.args[0], *args[:2])
        values = builder.load(builder.bitcast(pointer, doubles.as_pointer()), align=8)
        below = builder.fsub(_splat(builder, doubles, args[2]), values)
        above = builder.fsub(values, _splat(builder, doubles, args[3]))
        outside = ir.Constant(doubles, [0.0] * LANES)
        for distance in (below, above):
            is_more = builder.fcmp_ordered(">", distance, outside)
            outside = builder.select(is_more, distance, outside)
        return builder.fptrunc(outside, _VECTOR)

    return float32x16(array, types.intp, types.float64, types.float64), codegen


@intrinsic
def store(typingctx, array, index, vector):
    """Write sixteen values into a C-contiguous 1-d float32 array, from index on."""

    def codegen(context, builder, signature, args):
        pointer = _element_pointer(context, builder, signature.args[0], *args[:2])
        builder.store(args[2], pointer, align=4)
        return context.get_dummy_value()

    return types.void(array, types.intp, float32x16), codegen


@intrinsic
def splat(typingctx, value):
    """One float32 in all sixteen places."""

    def codegen(context, builder, signature, args):
        return _splat(builder, _VECTOR, args[0])

    return float32x16(types.float32), codegen


@intrinsic
def load_splat(typingctx, array, index):
    """One value of a 1-d float32 array in all sixteen places; no negative index."""

    def codegen(context, builder, signature, args):
        data = context.make_array(signature.args[0])(context, builder, args[0]).data
        value = builder.load(builder.gep(data, [args[1]], inbounds=True))
        return _splat(builder, _VECTOR, value)

    return float32x16(array, types.intp), codegen


@intrinsic
def fma(typingctx, a, b, c):
    """a * b + c, rounded once where the CPU has it."""

    def codegen(context, builder, signature, args):
        signature = ir.FunctionType(_VECTOR, [_VECTOR] * 3)
        name = f"llvm.fmuladd.v{LANES}f32"
        function = cgutils.get_or_insert_function(builder.module, signature, name)
        return builder.call(function, args)

    return float32x16(float32x16, float32x16, float32x16), codegen


def _elementwise(operation, doc):
    """An intrinsic that hands two vectors to a method of the IR builder."""

    def binary(typingctx, a, b):
        def codegen(context, builder, signature, args):
            return getattr(builder, operation)(*args)

        return float32x16(float32x16, float32x16), codegen

    binary.__doc__ = doc
    return intrinsic(binary)


add = _elementwise("fadd", "a + b.")
sub = _elementwise("fsub", "a - b.")
mul = _elementwise("fmul", "a * b.")


@intrinsic
def sqrt(typingctx, a):
    """The square root of each value."""

    def codegen(context, builder, signature, args):
        signature = ir.FunctionType(_VECTOR, [_VECTOR])
        name = f"llvm.sqrt.v{LANES}f32"
        function = cgutils.get_or_insert_function(builder.module, signature, name)
        return builder.call(function, args)

    return float32x16(float32x16), codegen


@intrinsic
def not_above(typingctx, a, limit):
    """Bit i is set unless a[i] > limit[i]: NaN on either side sets it."""

    def codegen(context, builder, signature, args):
        is_not_above = builder.fcmp_unordered("<=", *args)
        return builder.zext(builder.bitcast(is_not_above, ir.IntType(LANES)), ir.IntType(64))

    return types.uint64(float32x16, float32x16), codegen


@intrinsic
def not_above_4(typingctx, a, b, c, d, limit):
    """The same of four vectors, 64 bits, a's the lowest."""

    def codegen(context, builder, signature, args):
        *values, limit = args
        bits = [builder.fcmp_unordered("<=", value, limit) for value in values]
        while len(bits) > 1:
            width = 2 * bits[0].type.count
            places = ir.Constant(ir.VectorType(ir.IntType(32), width), list(range(width)))
            bits = [
                builder.shuffle_vector(low, high, places)
                for low, high in zip(bits[::2], bits[1::2], strict=True)
            ]
        return builder.bitcast(bits[0], ir.IntType(4 * LANES))

    return types.uint64(*[float32x16] * 5), codegen


@intrinsic
def lowest_bit(typingctx, bits):
    """The place of the lowest set bit; bits must not be zero."""

    def codegen(context, builder, signature, args):
        return builder.cttz(args[0], ir.Constant(ir.IntType(1), 1))

    return types.int64(types.uint64), codegen
