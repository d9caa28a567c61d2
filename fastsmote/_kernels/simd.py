"""Vectors of float32 in registers, for the loops that must reach the speed of sgemm.

LLVM's loop vectorizer prefers 256-bit vectors on current Xeons: a plain Numba loop that
reached the speed of sgemm with LLVM 14 runs at a third of it with LLVM 22. A value of these
types is one LLVM vector. LLVM spreads it over as many registers as the CPU needs (16 float32
take one register of AVX-512, two of AVX2, four of NEON), so the tile keeps the shape from
`tile_shape`. Measured with one thread and 30 features, in 10^9 multiply-adds per second:
OpenBLAS sgemm 77, the plain loop 26-33, these vectors 62-71. One vector of 64 values
compiles in a quarter of the time of four vectors of 16.

The intrinsics bypass Numba's array indexing, so they implement NUMBA_BOUNDSCHECK=1 themselves.
"""

from llvmlite import ir
from numba import extending
from numba.core import cgutils, config, types
from numba.extending import models, register_model

from fastsmote._kernels import simd_in_numpy


def intrinsic(define):
    """Numba's decorator; with NUMBA_DISABLE_JIT, the NumPy function of the same name."""
    if config.DISABLE_JIT:
        return getattr(simd_in_numpy, define.__name__)
    return extending.intrinsic(define)


class Float32Vector(types.Type):
    """The Numba type of a vector of float32 values."""

    def __init__(self, lanes):
        self.lanes = lanes
        super().__init__(name=f"Float32Vector({lanes})")

    @property
    def vector(self):
        """The LLVM type."""
        return ir.VectorType(ir.FloatType(), self.lanes)


float32x8, float32x16, float32x64 = Float32Vector(8), Float32Vector(16), Float32Vector(64)


@register_model(Float32Vector)
class _Float32VectorModel(models.PrimitiveModel):
    def __init__(self, dmm, fe_type):
        super().__init__(dmm, fe_type, fe_type.vector)


def pointer_to(context, builder, array_type, array, index, vector=None):
    """The address of an element, cast to a pointer to a vector if a type is given."""
    view = context.make_array(array_type)(context, builder, array)
    if config.BOUNDSCHECK:
        last = builder.add(index, index.type(0 if vector is None else vector.count - 1))
        for place in (index, last):
            cgutils.do_boundscheck(context, builder, place, view.nitems)
    pointer = builder.gep(view.data, [index], inbounds=True)
    return pointer if vector is None else builder.bitcast(pointer, vector.as_pointer())


def splatted(builder, vector, value):
    """A vector of the given type with a value in all places."""
    i32 = ir.IntType(32)
    empty = ir.Constant(vector, ir.Undefined)
    first = builder.insert_element(empty, value, i32(0))
    places = ir.Constant(ir.VectorType(i32, vector.count), [0] * vector.count)
    return builder.shuffle_vector(first, empty, places)


def call_llvm(builder, name, vector, args):
    """Call the LLVM intrinsic of a vector type."""
    signature = ir.FunctionType(vector, [vector] * len(args))
    name = f"llvm.{name}.v{vector.count}f{32 if vector.element == ir.FloatType() else 64}"
    return builder.call(cgutils.get_or_insert_function(builder.module, signature, name), args)


def call_prefetch(builder, pointer):
    """Request a cache line for reading, in all levels of the cache."""
    i32 = ir.IntType(32)
    signature = ir.FunctionType(ir.VoidType(), [pointer.type, i32, i32, i32])
    fetch = cgutils.get_or_insert_function(builder.module, signature, "llvm.prefetch.p0")
    builder.call(fetch, [pointer, i32(0), i32(3), i32(1)])


def load_vector(context, builder, signature, args):
    """Code for an intrinsic of (array, index) that loads a vector, starting at index."""
    pointer = pointer_to(context, builder, signature.args[0], *args, signature.return_type.vector)
    return builder.load(pointer, align=4)


def load_and_splat(context, builder, signature, args):
    """Generate the load of one value of an array into all places of a vector."""
    value = builder.load(pointer_to(context, builder, signature.args[0], *args))
    return splatted(builder, signature.return_type.vector, value)


def splat_value(context, builder, signature, args):
    """Code for an intrinsic that returns its argument in all places of a vector."""
    return splatted(builder, signature.return_type.vector, args[0])


@intrinsic
def load64(typingctx, array, index):
    """Load 64 values of a C-contiguous 1-d float32 array, starting at index."""
    return float32x64(array, types.intp), load_vector


@intrinsic
def load16(typingctx, array, index):
    """Load 16 values of a C-contiguous 1-d float32 array, starting at index."""
    return float32x16(array, types.intp), load_vector


@intrinsic
def load_splat16(typingctx, array, index):
    """One value of a 1-d float32 array in all 16 places. The index must not be negative."""
    return float32x16(array, types.intp), load_and_splat


@intrinsic
def splat16(typingctx, value):
    """One float32 in all 16 places."""
    return float32x16(types.float32), splat_value


@intrinsic
def load_offsets8(typingctx, table, index, origin, at):
    """8 values of a C-contiguous float64 array minus those of another, rounded to float32."""

    def codegen(context, builder, signature, args):
        table, index, origin, at = args
        doubles, parts = ir.VectorType(ir.DoubleType(), 8), []
        for i, array, place in ((0, table, index), (2, origin, at)):
            pointer = pointer_to(context, builder, signature.args[i], array, place, doubles)
            parts.append(builder.load(pointer, align=8))
        return builder.fptrunc(builder.fsub(*parts), signature.return_type.vector)

    return float32x8(table, types.intp, origin, types.intp), codegen


@intrinsic
def load_splat64(typingctx, array, index):
    """One value of a 1-d float32 array in all 64 places. The index must not be negative."""
    return float32x64(array, types.intp), load_and_splat


@intrinsic
def splat64(typingctx, value):
    """One float32 in all 64 places."""
    return float32x64(types.float32), splat_value


@intrinsic
def store(typingctx, array, index, vector):
    """Write a vector to a C-contiguous 1-d float32 array, starting at index."""

    def codegen(context, builder, signature, args):
        array, index, values = args
        pointer = pointer_to(context, builder, signature.args[0], array, index, values.type)
        builder.store(values, pointer, align=4)
        return context.get_dummy_value()

    return types.void(array, types.intp, vector), codegen


@intrinsic
def fma(typingctx, a, b, c):
    """a * b + c, rounded once if the CPU supports it."""

    def codegen(context, builder, signature, args):
        return call_llvm(builder, "fmuladd", args[0].type, args)

    return a(a, a, a), codegen


@intrinsic
def sqrt(typingctx, a):
    """The square root of each value."""

    def codegen(context, builder, signature, args):
        return call_llvm(builder, "sqrt", args[0].type, args)

    return a(a), codegen


@intrinsic
def larger(typingctx, a, b):
    """The larger value of each pair; b if either is NaN."""

    def codegen(context, builder, signature, args):
        return builder.select(builder.fcmp_ordered(">", *args), *args)

    return a(a, a), codegen


@intrinsic
def smaller(typingctx, a, b):
    """The smaller value of each pair; b if either is NaN."""

    def codegen(context, builder, signature, args):
        return builder.select(builder.fcmp_ordered("<", *args), *args)

    return a(a, a), codegen


def _elementwise(name, operation, doc):
    """An intrinsic that applies a method of the IR builder to two vectors."""

    def binary(typingctx, a, b):
        def codegen(context, builder, signature, args):
            return getattr(builder, operation)(*args)

        return a(a, a), codegen

    binary.__name__, binary.__doc__ = name, doc
    return intrinsic(binary)


add = _elementwise("add", "fadd", "a + b.")
sub = _elementwise("sub", "fsub", "a - b.")
mul = _elementwise("mul", "fmul", "a * b.")


def bits_not_above(builder, values, limits):
    """A 64-bit word whose bit i is set unless values[i] > limits[i]."""
    is_not_above = builder.fcmp_unordered("<=", values, limits)
    bits = builder.bitcast(is_not_above, ir.IntType(values.type.count))
    return bits if bits.type.width == 64 else builder.zext(bits, ir.IntType(64))


@intrinsic
def not_above(typingctx, a, limit):
    """Bit i is set unless a[i] > limit[i]: NaN on either side sets it."""

    def codegen(context, builder, signature, args):
        return bits_not_above(builder, *args)

    return types.uint64(a, a), codegen


@intrinsic
def bit(typingctx, place):
    """A word with only the bit at a place from 0 to 63 set."""

    def codegen(context, builder, signature, args):
        return builder.shl(ir.Constant(ir.IntType(64), 1), args[0])

    return types.uint64(types.int64), codegen


@intrinsic
def first_bits(typingctx, n):
    """A word with the first n bits set, for n from 1 to 64."""

    def codegen(context, builder, signature, args):
        i64 = ir.IntType(64)
        return builder.lshr(ir.Constant(i64, -1), builder.sub(i64(64), args[0]))

    return types.uint64(types.int64), codegen


@intrinsic
def place_of_least(typingctx, a, bits):
    """The place of the least of 64 values among those whose bit is set.

    At least one bit must be set. If a value is NaN, the result is any place whose bit is set.
    """

    def codegen(context, builder, signature, args):
        values, bits = args
        is_set = builder.bitcast(bits, ir.VectorType(ir.IntType(1), 64))
        infinite = ir.Constant(values.type, [float("inf")] * 64)
        least = values = builder.select(is_set, values, infinite)
        while least.type.count > 1:
            half = least.type.count // 2
            places = ir.VectorType(ir.IntType(32), half)
            low, high = (
                builder.shuffle_vector(least, least, ir.Constant(places, list(part)))
                for part in (range(half), range(half, 2 * half))
            )
            least = builder.select(builder.fcmp_ordered("<", low, high), low, high)
        least = builder.extract_element(least, ir.IntType(32)(0))
        is_least = builder.fcmp_unordered("<=", values, splatted(builder, values.type, least))
        is_least = builder.and_(is_least, is_set)
        return builder.cttz(builder.bitcast(is_least, bits.type), ir.Constant(ir.IntType(1), 1))

    return types.int64(float32x64, types.uint64), codegen


@intrinsic
def count_bits(typingctx, bits):
    """The number of set bits."""

    def codegen(context, builder, signature, args):
        return builder.ctpop(args[0])

    return types.int64(types.uint64), codegen


@intrinsic
def lowest_bit(typingctx, bits):
    """The place of the lowest set bit; bits must not be zero."""

    def codegen(context, builder, signature, args):
        return builder.cttz(args[0], ir.Constant(ir.IntType(1), 1))

    return types.int64(types.uint64), codegen


@intrinsic
def nonzero64(typingctx, words):
    """Bit i is set if words[i] is not 0, for the first 64 of an array of 64-bit words."""

    def codegen(context, builder, signature, args):
        vector = ir.VectorType(ir.IntType(64), 64)
        start = ir.Constant(ir.IntType(64), 0)
        pointer = pointer_to(context, builder, signature.args[0], args[0], start, vector)
        values = builder.load(pointer, align=8)
        is_set = builder.icmp_unsigned("!=", values, ir.Constant(vector, [0] * 64))
        return builder.bitcast(is_set, ir.IntType(64))

    return types.uint64(words), codegen


@intrinsic
def prefetch_at(typingctx, array, index):
    """Prefetch the element at an index of a 1-d array; an index outside it does no harm."""

    def codegen(context, builder, signature, args):
        view = context.make_array(signature.args[0])(context, builder, args[0])
        pointer = builder.bitcast(builder.gep(view.data, [args[1]]), ir.IntType(8).as_pointer())
        call_prefetch(builder, pointer)
        return context.get_dummy_value()

    return types.void(array, types.intp), codegen


@intrinsic
def prefetch(typingctx, array, row):
    """Prefetch a row of a C-contiguous 2-d array into the cache."""

    def codegen(context, builder, signature, args):
        array_type = signature.args[0]
        view = context.make_array(array_type)(context, builder, args[0])
        if config.BOUNDSCHECK:
            n_rows = builder.extract_value(view.shape, 0)
            cgutils.do_boundscheck(context, builder, args[1], n_rows)
        stride = builder.extract_value(view.strides, 0)
        start = builder.ptrtoint(view.data, stride.type)
        start = builder.add(start, builder.mul(args[1], stride))
        with cgutils.for_range_slice(
            builder, stride.type(0), stride, stride.type(64), stride.type
        ) as (at, _):
            pointer = builder.inttoptr(builder.add(start, at), ir.IntType(8).as_pointer())
            call_prefetch(builder, pointer)
        return context.get_dummy_value()

    return types.void(array, types.intp), codegen
