"""Vectors of float32 in registers, for the loops that have to reach sgemm's speed.

LLVM's loop vectoriser prefers 256-bit vectors on today's Xeons: the plain Numba loop
that reached sgemm's own speed with LLVM 14 runs at a third of it with LLVM 22. A value
of these types is one LLVM vector, which LLVM spreads over as many registers as the CPU
needs for it (16 float32 are one register of AVX-512, two of AVX2, four of NEON), so the
tile keeps the shape that `tile_shape` gives it. Measured for one thread and 30 features, in G
multiply-adds a second beside 77 of OpenBLAS sgemm: plain loop 26-33, these vectors 62-71.
One vector of 64 takes a quarter of the compile time of four of 16.

They go past Numba's array indexing, so they look at NUMBA_BOUNDSCHECK=1 themselves.
"""

from llvmlite import ir
from numba import extending
from numba.core import cgutils, config, types
from numba.extending import models, register_model

from fastsmote._kernels import simd_in_numpy
from fastsmote._kernels.tile_shape import LANES, TILE_ROWS


def intrinsic(define):
    """As Numba's, or what stands for it where nothing is compiled."""
    if config.DISABLE_JIT:
        return getattr(simd_in_numpy, define.__name__)
    return extending.intrinsic(define)


class Float32Vector(types.Type):
    """Some float32 values."""

    def __init__(self, lanes):
        self.lanes = lanes
        super().__init__(name=f"Float32Vector({lanes})")

    @property
    def vector(self):
        """The LLVM type."""
        return ir.VectorType(ir.FloatType(), self.lanes)


float32x64 = Float32Vector(64)


def _lanes():
    """Rows of a panel that a tile takes together."""
    return Float32Vector(LANES)


def _queries():
    """Queries that are measured together: those of four tiles."""
    return Float32Vector(4 * TILE_ROWS)


@register_model(Float32Vector)
class _Float32VectorModel(models.PrimitiveModel):
    def __init__(self, dmm, fe_type):
        super().__init__(dmm, fe_type, fe_type.vector)


def _pointer(context, builder, array_type, array, index, vector=None):
    """The address of an element, as that of a vector if one is asked for."""
    view = context.make_array(array_type)(context, builder, array)
    if config.BOUNDSCHECK:
        last = builder.add(index, index.type(0 if vector is None else vector.count - 1))
        for place in (index, last):
            cgutils.do_boundscheck(context, builder, place, view.nitems)
    pointer = builder.gep(view.data, [index], inbounds=True)
    return pointer if vector is None else builder.bitcast(pointer, vector.as_pointer())


def _splat(builder, vector, value):
    i32 = ir.IntType(32)
    empty = ir.Constant(vector, ir.Undefined)
    first = builder.insert_element(empty, value, i32(0))
    places = ir.Constant(ir.VectorType(i32, vector.count), [0] * vector.count)
    return builder.shuffle_vector(first, empty, places)


def _call(builder, name, vector, args):
    """Call the LLVM intrinsic of a vector type."""
    signature = ir.FunctionType(vector, [vector] * len(args))
    name = f"llvm.{name}.v{vector.count}f32"
    return builder.call(cgutils.get_or_insert_function(builder.module, signature, name), args)


def _load(context, builder, signature, args):
    pointer = _pointer(context, builder, signature.args[0], *args, signature.return_type.vector)
    return builder.load(pointer, align=4)


def _load_splat(context, builder, signature, args):
    value = builder.load(_pointer(context, builder, signature.args[0], *args))
    return _splat(builder, signature.return_type.vector, value)


def _splat_value(context, builder, signature, args):
    return _splat(builder, signature.return_type.vector, args[0])


@intrinsic
def load(typingctx, array, index):
    """LANES values of a C-contiguous 1-d float32 array, from index on."""
    return _lanes()(array, types.intp), _load


@intrinsic
def load64(typingctx, array, index):
    """64 values of a C-contiguous 1-d float32 array, from index on."""
    return float32x64(array, types.intp), _load


@intrinsic
def load_panel(typingctx, array, index, stride):
    """64 values, LANES from each index + i stride on."""

    def codegen(context, builder, signature, args):
        array, index, stride = args
        part = ir.VectorType(ir.FloatType(), LANES)
        values = []
        for i in range(64 // LANES):
            at = builder.add(index, builder.mul(stride, stride.type(i)))
            pointer = _pointer(context, builder, signature.args[0], array, at, part)
            values.append(builder.load(pointer, align=4))
        while len(values) > 1:
            n = 2 * values[0].type.count
            places = ir.Constant(ir.VectorType(ir.IntType(32), n), list(range(n)))
            pairs = zip(values[::2], values[1::2], strict=True)
            values = [builder.shuffle_vector(*pair, places) for pair in pairs]
        return values[0]

    return float32x64(array, types.intp, types.intp), codegen


@intrinsic
def load_splat64(typingctx, array, index):
    """One value of a 1-d float32 array in all 64 places; no negative index."""
    return float32x64(array, types.intp), _load_splat


@intrinsic
def splat(typingctx, value):
    """One float32 in all LANES places."""
    return _lanes()(types.float32), _splat_value


@intrinsic
def splat64(typingctx, value):
    """One float32 in all 64 places."""
    return float32x64(types.float32), _splat_value


@intrinsic
def splat_queries(typingctx, value):
    """One float32 for each of the queries that are measured together."""
    return _queries()(types.float32), _splat_value


@intrinsic
def tile_of(typingctx, values):
    """TILE_ROWS times the same LANES values."""

    def codegen(context, builder, signature, args):
        return cgutils.pack_array(builder, [args[0]] * TILE_ROWS)

    return types.UniTuple(_lanes(), TILE_ROWS)(_lanes()), codegen


@intrinsic
def add_products(typingctx, tile, coefs, index, x):
    """A tile with coefs[index + i] * x added to its i-th values."""

    def codegen(context, builder, signature, args):
        tile, coefs, index, x = args
        sums = []
        for i, total in enumerate(cgutils.unpack_tuple(builder, tile)):
            at = builder.add(index, index.type(i))
            coef = builder.load(_pointer(context, builder, signature.args[1], coefs, at))
            products = [_splat(builder, x.type, coef), x, total]
            sums.append(_call(builder, "fmuladd", x.type, products))
        return cgutils.pack_array(builder, sums)

    return tile(tile, coefs, types.intp, x), codegen


@intrinsic
def mark_not_above(typingctx, tile, limits, slot, lanes, part):
    """Set bit part + j of lanes[slot + i] unless value j of the tile's i-th is > limits[slot + i].

    Returns the bits slot + i, below 64, of the i-th that have such a value.
    """

    def codegen(context, builder, signature, args):
        tile, limits, slot, lanes, part = args
        i64, hits = ir.IntType(64), ir.IntType(64)(0)
        for i, values in enumerate(cgutils.unpack_tuple(builder, tile)):
            at = builder.add(slot, slot.type(i))
            limit = builder.load(_pointer(context, builder, signature.args[1], limits, at))
            bits = _not_above(builder, values, _splat(builder, values.type, limit))
            is_any = builder.icmp_unsigned("!=", bits, i64(0))
            hits = builder.or_(hits, builder.shl(builder.zext(is_any, i64), i64(i)))
            place = _pointer(context, builder, signature.args[3], lanes, at)
            bits = builder.or_(builder.load(place), builder.shl(bits, part))
            builder.store(bits, place)
        return builder.shl(hits, slot)

    return types.uint64(tile, limits, types.int64, lanes, types.int64), codegen


def _load_doubles(context, builder, signature, args):
    """The vector of float64 at args[1] of the array args[0]; the others in all places."""
    doubles = ir.VectorType(ir.DoubleType(), signature.return_type.lanes)
    pointer = _pointer(context, builder, signature.args[0], *args[:2], doubles)
    return builder.load(pointer, align=8), [_splat(builder, doubles, a) for a in args[2:]]


@intrinsic
def load_offsets(typingctx, array, index, center, scale):
    """(array[index + i] - center) * scale of a float64 array, in float64, then rounded."""

    def codegen(context, builder, signature, args):
        values, (center, scale) = _load_doubles(context, builder, signature, args)
        offsets = builder.fmul(builder.fsub(values, center), scale)
        return builder.fptrunc(offsets, signature.return_type.vector)

    return _queries()(array, types.intp, types.float64, types.float64), codegen


@intrinsic
def store(typingctx, array, index, vector):
    """Write a vector into a C-contiguous 1-d float32 array, from index on."""

    def codegen(context, builder, signature, args):
        array, index, values = args
        pointer = _pointer(context, builder, signature.args[0], array, index, values.type)
        builder.store(values, pointer, align=4)
        return context.get_dummy_value()

    return types.void(array, types.intp, vector), codegen


@intrinsic
def store_tiles(typingctx, array, index, stride, vector):
    """Write what is measured for the i-th of four tiles from index + i stride on."""

    def codegen(context, builder, signature, args):
        array, index, stride, values = args
        part = ir.VectorType(ir.FloatType(), TILE_ROWS)
        for i in range(4):
            of_tile = list(range(i * TILE_ROWS, (i + 1) * TILE_ROWS))
            places = ir.Constant(ir.VectorType(ir.IntType(32), TILE_ROWS), of_tile)
            at = builder.add(index, builder.mul(stride, stride.type(i)))
            pointer = _pointer(context, builder, signature.args[0], array, at, part)
            builder.store(builder.shuffle_vector(values, values, places), pointer, align=4)
        return context.get_dummy_value()

    return types.void(array, types.intp, types.intp, vector), codegen


@intrinsic
def fma(typingctx, a, b, c):
    """a * b + c, rounded once where the CPU has it."""

    def codegen(context, builder, signature, args):
        return _call(builder, "fmuladd", args[0].type, args)

    return a(a, a, a), codegen


@intrinsic
def sqrt(typingctx, a):
    """The square root of each value."""

    def codegen(context, builder, signature, args):
        return _call(builder, "sqrt", args[0].type, args)

    return a(a), codegen


@intrinsic
def larger(typingctx, a, b):
    """The larger of each pair; b where either is NaN."""

    def codegen(context, builder, signature, args):
        return builder.select(builder.fcmp_ordered(">", *args), *args)

    return a(a, a), codegen


@intrinsic
def smaller(typingctx, a, b):
    """The smaller of each pair; b where either is NaN."""

    def codegen(context, builder, signature, args):
        return builder.select(builder.fcmp_ordered("<", *args), *args)

    return a(a, a), codegen


def _elementwise(name, operation, doc):
    """An intrinsic that hands two vectors to a method of the IR builder."""

    def binary(typingctx, a, b):
        def codegen(context, builder, signature, args):
            return getattr(builder, operation)(*args)

        return a(a, a), codegen

    binary.__name__, binary.__doc__ = name, doc
    return intrinsic(binary)


add = _elementwise("add", "fadd", "a + b.")
sub = _elementwise("sub", "fsub", "a - b.")
mul = _elementwise("mul", "fmul", "a * b.")


def _not_above(builder, values, limits):
    is_not_above = builder.fcmp_unordered("<=", values, limits)
    bits = builder.bitcast(is_not_above, ir.IntType(values.type.count))
    return bits if bits.type.width == 64 else builder.zext(bits, ir.IntType(64))


@intrinsic
def not_above(typingctx, a, limit):
    """Bit i is set unless a[i] > limit[i]: NaN on either side sets it."""

    def codegen(context, builder, signature, args):
        return _not_above(builder, *args)

    return types.uint64(a, a), codegen


@intrinsic
def bit(typingctx, place):
    """The bit at a place of 0 to 63."""

    def codegen(context, builder, signature, args):
        return builder.shl(ir.Constant(ir.IntType(64), 1), args[0])

    return types.uint64(types.int64), codegen


@intrinsic
def first_bits(typingctx, n):
    """The first n bits, n being 1 to 64."""

    def codegen(context, builder, signature, args):
        i64 = ir.IntType(64)
        return builder.lshr(ir.Constant(i64, -1), builder.sub(i64(64), args[0]))

    return types.uint64(types.int64), codegen


@intrinsic
def query_bits(typingctx, place):
    """The bits, from a place on, of the queries that are measured together."""

    def codegen(context, builder, signature, args):
        return builder.shl(ir.Constant(ir.IntType(64), 2 ** (4 * TILE_ROWS) - 1), args[0])

    return types.uint64(types.int64), codegen


@intrinsic
def place_of_least(typingctx, a, bits):
    """The place of the least value of 64 among those whose bit is set; at least one must be.

    Where there is NaN, any place whose bit is set.
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
        is_least = builder.fcmp_unordered("<=", values, _splat(builder, values.type, least))
        is_least = builder.and_(is_least, is_set)
        return builder.cttz(builder.bitcast(is_least, bits.type), ir.Constant(ir.IntType(1), 1))

    return types.int64(float32x64, types.uint64), codegen


@intrinsic
def lowest_bit(typingctx, bits):
    """The place of the lowest set bit; bits must not be zero."""

    def codegen(context, builder, signature, args):
        return builder.cttz(args[0], ir.Constant(ir.IntType(1), 1))

    return types.int64(types.uint64), codegen


@intrinsic
def prefetch(typingctx, array, row):
    """Ask for a row of a C-contiguous 2-d array to be brought into the cache."""

    def codegen(context, builder, signature, args):
        array_type = signature.args[0]
        view = context.make_array(array_type)(context, builder, args[0])
        if config.BOUNDSCHECK:
            n_rows = builder.extract_value(view.shape, 0)
            cgutils.do_boundscheck(context, builder, args[1], n_rows)
        stride = builder.extract_value(view.strides, 0)
        i8, i32 = ir.IntType(8), ir.IntType(32)
        start = builder.ptrtoint(view.data, stride.type)
        start = builder.add(start, builder.mul(args[1], stride))
        fetch = cgutils.get_or_insert_function(
            builder.module,
            ir.FunctionType(ir.VoidType(), [i8.as_pointer(), i32, i32, i32]),
            "llvm.prefetch.p0",
        )
        with cgutils.for_range_slice(
            builder, stride.type(0), stride, stride.type(64), stride.type
        ) as (at, _):
            pointer = builder.inttoptr(builder.add(start, at), i8.as_pointer())
            builder.call(fetch, [pointer, i32(0), i32(3), i32(1)])
        return context.get_dummy_value()

    return types.void(array, types.intp), codegen
