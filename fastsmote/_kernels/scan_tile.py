"""Intrinsics for the tiles of a scan: sums of squared differences between rows and queries.

A tile is one vector for each of SCAN_ROWS rows. Each vector has a value for each of SCAN_QUERIES
queries, or a rough value in float32 for each of ROUGH_QUERIES queries. A sum in float64 adds the
squares in feature order and rounds like `sq_distance`, so it is equal to the distance, bit for bit.
"""

from llvmlite import ir
from numba.core import cgutils, config, types
from numba.extending import models, register_model

from fastsmote._kernels.layout import ROUGH_QUERIES, SCAN_QUERIES, SCAN_ROWS
from fastsmote._kernels.simd import (
    Float32Vector,
    bits_not_above,
    call_llvm,
    intrinsic,
    pointer_to,
    splatted,
)


class Float64Vector(types.Type):
    """The Numba type of one float64 for each of the SCAN_QUERIES queries of a tile."""

    def __init__(self):
        super().__init__(name=f"Float64Vector({SCAN_QUERIES})")

    vector = ir.VectorType(ir.DoubleType(), SCAN_QUERIES)


@register_model(Float64Vector)
class _Float64VectorModel(models.PrimitiveModel):
    def __init__(self, dmm, fe_type):
        super().__init__(dmm, fe_type, fe_type.vector)


@intrinsic
def zero_sums(typingctx):
    """A tile of zeros."""

    def codegen(context, builder, signature, args):
        zeros = ir.Constant(Float64Vector.vector, [0.0] * SCAN_QUERIES)
        return cgutils.pack_array(builder, [zeros] * SCAN_ROWS)

    return types.UniTuple(Float64Vector(), SCAN_ROWS)(), codegen


@intrinsic
def add_squares(typingctx, sums, X, row, last_row, feature, panel, at):
    """Add the squared differences between one feature of SCAN_ROWS rows and panel[at:].

    The rows start at row; beyond last_row, last_row stands in for them. X is C-contiguous.
    """

    def codegen(context, builder, signature, args):
        sums, X, row, last_row, feature, panel, at = args
        vector = Float64Vector.vector
        view = context.make_array(signature.args[1])(context, builder, X)
        n_rows, n_features = cgutils.unpack_tuple(builder, view.shape)
        if config.BOUNDSCHECK:
            for place, length in ((row, n_rows), (last_row, n_rows), (feature, n_features)):
                cgutils.do_boundscheck(context, builder, place, length)
        pointer = pointer_to(context, builder, signature.args[5], panel, at, vector)
        of_queries, new_sums = builder.load(pointer, align=8), []
        for i, total in enumerate(cgutils.unpack_tuple(builder, sums)):
            of_tile = builder.add(row, row.type(i))
            is_inside = builder.icmp_signed("<", of_tile, last_row)
            of_tile = builder.select(is_inside, of_tile, last_row)
            place = builder.add(builder.mul(of_tile, n_features), feature)
            value = builder.load(builder.gep(view.data, [place], inbounds=True))
            values = splatted(builder, ir.VectorType(value.type, SCAN_QUERIES), value)
            if values.type != vector:
                values = builder.fpext(values, vector)
            gap = builder.fsub(of_queries, values)
            new_sums.append(builder.fadd(total, builder.fmul(gap, gap)))
        return cgutils.pack_array(builder, new_sums)

    n = types.intp
    return sums(sums, X, n, n, n, panel, n), codegen


@intrinsic
def sums_below(typingctx, sums, limits, at):
    """Bit SCAN_QUERIES * i + j is set if value j of vector i is less than limits[at + j]."""

    def codegen(context, builder, signature, args):
        sums, limits, at = args
        i64, vector = ir.IntType(64), Float64Vector.vector
        pointer = pointer_to(context, builder, signature.args[1], limits, at, vector)
        limits, bits = builder.load(pointer, align=8), i64(0)
        for i, total in enumerate(cgutils.unpack_tuple(builder, sums)):
            is_below = builder.fcmp_ordered("<", total, limits)
            is_below = builder.zext(builder.bitcast(is_below, ir.IntType(SCAN_QUERIES)), i64)
            bits = builder.or_(bits, builder.shl(is_below, i64(i * SCAN_QUERIES)))
        return bits

    return types.uint64(sums, limits, types.intp), codegen


@intrinsic
def store_sums(typingctx, sums, values):
    """Write the vectors of a tile to a float64 array, one after the other."""

    def codegen(context, builder, signature, args):
        sums, values = args
        i64, vector = ir.IntType(64), Float64Vector.vector
        for i, total in enumerate(cgutils.unpack_tuple(builder, sums)):
            at = i64(i * SCAN_QUERIES)
            pointer = pointer_to(context, builder, signature.args[1], values, at, vector)
            builder.store(total, pointer, align=8)
        return context.get_dummy_value()

    return types.void(sums, values), codegen


@intrinsic
def rough_zeros(typingctx):
    """A rough tile of zeros."""
    vector = Float32Vector(ROUGH_QUERIES)

    def codegen(context, builder, signature, args):
        zeros = ir.Constant(vector.vector, [0.0] * ROUGH_QUERIES)
        return cgutils.pack_array(builder, [zeros] * SCAN_ROWS)

    return types.UniTuple(vector, SCAN_ROWS)(), codegen


@intrinsic
def add_rough_squares(typingctx, sums, values, place, stride, panel, at):
    """Add the squared differences between values[place + i * stride] and panel[at:], in float32."""

    def codegen(context, builder, signature, args):
        sums, values, place, stride, panel, at = args
        vector = Float32Vector(ROUGH_QUERIES).vector
        pointer = pointer_to(context, builder, signature.args[4], panel, at, vector)
        of_queries, new_sums = builder.load(pointer, align=4), []
        for total in cgutils.unpack_tuple(builder, sums):
            pointer = pointer_to(context, builder, signature.args[1], values, place)
            gap = builder.fsub(of_queries, splatted(builder, vector, builder.load(pointer)))
            new_sums.append(call_llvm(builder, "fmuladd", vector, [gap, gap, total]))
            place = builder.add(place, stride)
        return cgutils.pack_array(builder, new_sums)

    return sums(sums, values, types.intp, types.intp, panel, types.intp), codegen


@intrinsic
def rough_not_above(typingctx, sums, limits, at):
    """Bit ROUGH_QUERIES * i + j is set unless value j of vector i exceeds limits[at + j]."""

    def codegen(context, builder, signature, args):
        sums, limits, at = args
        i64, vector = ir.IntType(64), Float32Vector(ROUGH_QUERIES).vector
        pointer = pointer_to(context, builder, signature.args[1], limits, at, vector)
        limits, bits = builder.load(pointer, align=4), i64(0)
        for i, total in enumerate(cgutils.unpack_tuple(builder, sums)):
            of_row = bits_not_above(builder, total, limits)
            bits = builder.or_(bits, builder.shl(of_row, i64(i * ROUGH_QUERIES)))
        return bits

    return types.uint64(sums, limits, types.intp), codegen
