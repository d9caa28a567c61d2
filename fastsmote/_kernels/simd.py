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


@intrinsic
def load(typingctx, array, index):
    """Sixteen values of a C-contiguous 1-d float32 array, from index on."""

    def codegen(context, builder, signature, args):
        pointer = _element_pointer(context, builder, signature.args[0], *args)
        return builder.load(pointer, align=4)

    return float32x16(array, types.intp), codegen


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
        empty = ir.Constant(_VECTOR, ir.Undefined)
        first = builder.insert_element(empty, args[0], ir.Constant(ir.IntType(32), 0))
        places = ir.Constant(ir.VectorType(ir.IntType(32), LANES), [0] * LANES)
        return builder.shuffle_vector(first, empty, places)

    return float32x16(types.float32), codegen


@intrinsic
def fma(typingctx, a, b, c):
    """a * b + c, rounded once where the CPU has it."""

    def codegen(context, builder, signature, args):
        signature = ir.FunctionType(_VECTOR, [_VECTOR] * 3)
        name = f"llvm.fmuladd.v{LANES}f32"
        function = cgutils.get_or_insert_function(builder.module, signature, name)
        return builder.call(function, args)

    return float32x16(float32x16, float32x16, float32x16), codegen


@intrinsic
def not_above(typingctx, a, b):
    """Bit i is set unless a[i] > b[i]: NaN on either side sets it."""

    def codegen(context, builder, signature, args):
        is_not_above = builder.fcmp_unordered("<=", args[0], args[1])
        bits = builder.bitcast(is_not_above, ir.IntType(LANES))
        return builder.zext(bits, ir.IntType(64))

    return types.uint64(float32x16, float32x16), codegen


@intrinsic
def lowest_bit(typingctx, bits):
    """The place of the lowest set bit; bits must not be zero."""

    def codegen(context, builder, signature, args):
        return builder.cttz(args[0], ir.Constant(ir.IntType(1), 1))

    return types.int64(types.uint64), codegen
