"""Intrinsics for tiles of LANES rows by TILE_ROWS queries."""

from llvmlite import ir
from numba.core import cgutils, types

from fastsmote._kernels.simd import (
    Float32Vector,
    bits_not_above,
    call_llvm,
    float32x64,
    intrinsic,
    load_vector,
    pointer_to,
    splat_value,
    splatted,
)
from fastsmote._kernels.tile_shape import LANES, MEASURED, QUERIES, TILE_ROWS


def _lanes():
    """The type of one value for each of the LANES rows of a tile."""
    return Float32Vector(LANES)


def _queries():
    """The type of one value for each of QUERIES queries."""
    return Float32Vector(QUERIES)


@intrinsic
def load(typingctx, array, index):
    """Load LANES values of a C-contiguous 1-d float32 array, starting at index."""
    return _lanes()(array, types.intp), load_vector


@intrinsic
def load_panel(typingctx, array, index, stride):
    """Load 64 values: LANES values starting at each index + i * stride."""

    def codegen(context, builder, signature, args):
        array, index, stride = args
        part = ir.VectorType(ir.FloatType(), LANES)
        values = []
        for i in range(64 // LANES):
            at = builder.add(index, builder.mul(stride, stride.type(i)))
            pointer = pointer_to(context, builder, signature.args[0], array, at, part)
            values.append(builder.load(pointer, align=4))
        while len(values) > 1:
            n = 2 * values[0].type.count
            places = ir.Constant(ir.VectorType(ir.IntType(32), n), list(range(n)))
            pairs = zip(values[::2], values[1::2], strict=True)
            values = [builder.shuffle_vector(*pair, places) for pair in pairs]
        return values[0]

    return float32x64(array, types.intp, types.intp), codegen


@intrinsic
def splat(typingctx, value):
    """One float32 in all LANES places."""
    return _lanes()(types.float32), splat_value


@intrinsic
def tile_of(typingctx, values):
    """A tile whose TILE_ROWS vectors are all the same."""

    def codegen(context, builder, signature, args):
        return cgutils.pack_array(builder, [args[0]] * TILE_ROWS)

    return types.UniTuple(_lanes(), TILE_ROWS)(_lanes()), codegen


@intrinsic
def add_products(typingctx, tile, coefs, index, x):
    """Add coefs[index + i] * x to the i-th vector of a tile."""

    def codegen(context, builder, signature, args):
        tile, coefs, index, x = args
        sums = []
        for i, total in enumerate(cgutils.unpack_tuple(builder, tile)):
            at = builder.add(index, index.type(i))
            coef = builder.load(pointer_to(context, builder, signature.args[1], coefs, at))
            products = [splatted(builder, x.type, coef), x, total]
            sums.append(call_llvm(builder, "fmuladd", x.type, products))
        return cgutils.pack_array(builder, sums)

    return tile(tile, coefs, types.intp, x), codegen


@intrinsic
def mark_not_above(typingctx, tile, limits, slot, lanes, part):
    """Set bit part + j of lanes[slot + i] unless value j of vector i exceeds limits[slot + i].

    part must be a multiple of LANES.
    """

    def codegen(context, builder, signature, args):
        tile, limits, slot, lanes, part = args
        word = ir.IntType(LANES)
        part = builder.udiv(part, part.type(LANES))
        for i, values in enumerate(cgutils.unpack_tuple(builder, tile)):
            at = builder.add(slot, slot.type(i))
            limit = builder.load(pointer_to(context, builder, signature.args[1], limits, at))
            bits = bits_not_above(builder, values, splatted(builder, values.type, limit))
            place = pointer_to(context, builder, signature.args[3], lanes, at)
            # The lowest bits come first in memory on all CPUs for which Numba compiles.
            place = builder.gep(builder.bitcast(place, word.as_pointer()), [part])
            bits = builder.or_(builder.load(place), builder.trunc(bits, word))
            builder.store(bits, place)
        return context.get_dummy_value()

    return types.void(tile, limits, types.int64, lanes, types.int64), codegen


@intrinsic
def load_scaled(typingctx, array, index, scale, shift):
    """scale * array[index + i] + shift, computed in float64 and rounded to float32."""

    def codegen(context, builder, signature, args):
        array, index, *numbers = args
        doubles = ir.VectorType(ir.DoubleType(), QUERIES)
        pointer = pointer_to(context, builder, signature.args[0], array, index, doubles)
        scale, shift = (splatted(builder, doubles, number) for number in numbers)
        values = [scale, builder.load(pointer, align=8), shift]
        scaled = call_llvm(builder, "fmuladd", doubles, values)
        return builder.fptrunc(scaled, signature.return_type.vector)

    return _queries()(array, types.intp, types.float64, types.float64), codegen


@intrinsic
def splat_queries(typingctx, value):
    """One float32 in the places of QUERIES queries."""
    return _queries()(types.float32), splat_value


@intrinsic
def store_tiles(typingctx, array, index, stride, vector):
    """Write the values of the i-th whole tile of a vector, starting at index + i * stride."""

    def codegen(context, builder, signature, args):
        array, index, stride, values = args
        part = ir.VectorType(ir.FloatType(), TILE_ROWS)
        for i in range(MEASURED // TILE_ROWS):
            of_tile = list(range(i * TILE_ROWS, (i + 1) * TILE_ROWS))
            places = ir.Constant(ir.VectorType(ir.IntType(32), TILE_ROWS), of_tile)
            at = builder.add(index, builder.mul(stride, stride.type(i)))
            pointer = pointer_to(context, builder, signature.args[0], array, at, part)
            builder.store(builder.shuffle_vector(values, values, places), pointer, align=4)
        return context.get_dummy_value()

    return types.void(array, types.intp, types.intp, vector), codegen


@intrinsic
def query_bits(typingctx, place):
    """A word with the bits of MEASURED queries set, starting at a place."""

    def codegen(context, builder, signature, args):
        return builder.shl(ir.Constant(ir.IntType(64), 2**MEASURED - 1), args[0])

    return types.uint64(types.int64), codegen


@intrinsic
def mark_either(typingctx, tile, limits, shifts, of_rows, slot, lanes, part):
    """Like `mark_not_above`, for the larger of a query's limit and the limit of each row.

    The limit of row j for query slot + i is of_rows[j] + shifts[slot + i].
    """

    def codegen(context, builder, signature, args):
        tile, limits, shifts, of_rows, slot, lanes, part = args
        i64, hits = ir.IntType(64), ir.IntType(64)(0)
        for i, values in enumerate(cgutils.unpack_tuple(builder, tile)):
            at = builder.add(slot, slot.type(i))
            limit, shift = (
                splatted(
                    builder,
                    values.type,
                    builder.load(pointer_to(context, builder, signature.args[n], array, at)),
                )
                for n, array in ((1, limits), (2, shifts))
            )
            of_pair = builder.fadd(of_rows, shift)
            of_pair = builder.select(builder.fcmp_ordered(">", limit, of_pair), limit, of_pair)
            bits = bits_not_above(builder, values, of_pair)
            is_any = builder.icmp_unsigned("!=", bits, i64(0))
            hits = builder.or_(hits, builder.shl(builder.zext(is_any, i64), i64(i)))
            place = pointer_to(context, builder, signature.args[5], lanes, at)
            bits = builder.or_(builder.load(place), builder.shl(bits, part))
            builder.store(bits, place)
        return builder.shl(hits, slot)

    return types.uint64(tile, limits, shifts, of_rows, types.int64, lanes, types.int64), codegen
