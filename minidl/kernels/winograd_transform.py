"""Winograd's transforms for F(4×4, 3×3): a tile of 4×4 outputs from 36 products instead of 144.

**One axis.** Four outputs of a kernel of three taps are y_i = Σ_j g_j d_{i+j}, i = 0…3: twelve
products of six inputs. They are the adjoint of multiplying two polynomials, of degrees 3 and 2,
and a product of degree 5 is known once its value is known at six points p (one of them ∞, meaning
the leading coefficient), where it costs one multiplication each:

    y = Aᵀ [ (G g) ⊙ (Bᵀ d) ]        A_{p,i} = pⁱ,   G_{p,j} = pʲ / N_p,   B as below

Row p of Bᵀ holds the coefficients of Π_{q≠p} (x − q), and N_p = Π_{q≠p} (p − q); the row of ∞ holds
those of the product over all five finite points.

**The points** are 0, ±√½, ±√2, ∞. With 0, ±1, ±2, ∞, the usual choice, powers up to 2⁵ make large
numbers cancel; here the points are closed under p → −p, which halves the additions, and under
p → 1/p, which keeps every coefficient near one. The largest error falls from 4·10⁻⁵ to 1·10⁻⁵ of
the root mean square (512 channels, float32), where a direct sum has 2·10⁻⁶.

**Two axes** are one after the other: Y = Aᵀ [(G g Gᵀ) ⊙ (Bᵀ d B)] A. Sums over channels may be done
before the last step, so that all the products are 36 matrix products.

**The gradient to the kernel** is the adjoint: Y is linear in g, so each matrix appears transposed,
in the opposite order: dg = Gᵀ [ Σ over tiles of (Bᵀ d B) ⊙ (A dY Aᵀ) ] G.

The functions of one axis take and give numbers or `Lanes`, whichever they are handed.
"""

from minidl.kernels.jit import inner
from minidl.kernels.lanes import load, maximum, store

A = 0.5**0.5
B = 2.0**0.5
POINTS = 36
TILE = 4  # outputs along an axis; TILE + 2 inputs


@inner
def input_points(d0, d1, d2, d3, d4, d5):
    """Bᵀ d: six inputs → six points."""
    even_a, odd_a = d4 - 2 * d2, A * d3 - B * d1
    even_b, odd_b = d4 - 0.5 * d2, B * d3 - A * d1
    return (
        d0 - 2.5 * d2 + d4,
        even_a + odd_a,
        even_a - odd_a,
        even_b + odd_b,
        even_b - odd_b,
        d1 - 2.5 * d3 + d5,
    )


@inner
def kernel_points(g0, g1, g2):
    """G g: three taps → six points."""
    even_a, odd_a = (g0 + 0.5 * g2) * (-1 / 1.5), (A * g1) * (-1 / 1.5)
    even_b, odd_b = (g0 + 2 * g2) * (1 / 6), (B * g1) * (1 / 6)
    return g0, even_a + odd_a, even_a - odd_a, even_b + odd_b, even_b - odd_b, g2


@inner
def outputs(m0, m1, m2, m3, m4, m5):
    """Aᵀ m: six products → four outputs."""
    sum_a, difference_a = m1 + m2, m1 - m2
    sum_b, difference_b = m3 + m4, m3 - m4
    return (
        m0 + sum_a + sum_b,
        A * difference_a + B * difference_b,
        0.5 * sum_a + 2 * sum_b,
        A / 2 * difference_a + 2 * B * difference_b + m5,
    )


@inner
def output_points(y0, y1, y2, y3):
    """A y: four gradients of outputs → six points."""
    even_a, odd_a = y0 + 0.5 * y2, A * y1 + A / 2 * y3
    even_b, odd_b = y0 + 2 * y2, B * y1 + 2 * B * y3
    return y0, even_a + odd_a, even_a - odd_a, even_b + odd_b, even_b - odd_b, y3


@inner
def kernel_taps(v0, v1, v2, v3, v4, v5):
    """Gᵀ v: six points → three gradients of taps."""
    sum_a, difference_a = (v1 + v2) * (-1 / 1.5), (v1 - v2) * (-A / 1.5)
    sum_b, difference_b = (v3 + v4) * (1 / 6), (v3 - v4) * (B / 6)
    return v0 + sum_a + sum_b, difference_a + difference_b, 0.5 * sum_a + 2 * sum_b + v5


@inner
def store_points(out, o, step, values):
    """Put six points, each ``step`` after the one before."""
    store(out, o, values[0])
    store(out, o + step, values[1])
    store(out, o + 2 * step, values[2])
    store(out, o + 3 * step, values[3])
    store(out, o + 4 * step, values[4])
    store(out, o + 5 * step, values[5])


@inner
def load_column(d, i, down):
    """Take six numbers, one below the other, as points."""
    return input_points(
        load(d, i),
        load(d, i + down),
        load(d, i + 2 * down),
        load(d, i + 3 * down),
        load(d, i + 4 * down),
        load(d, i + 5 * down),
    )


@inner
def transform_input(d, i, down, right, out, o, step):
    """Bᵀ d B for the 6×6 numbers that begin at ``d[i]``; point p goes to ``out[o + p·step]``."""
    c0 = load_column(d, i, down)
    c1 = load_column(d, i + right, down)
    c2 = load_column(d, i + 2 * right, down)
    c3 = load_column(d, i + 3 * right, down)
    c4 = load_column(d, i + 4 * right, down)
    c5 = load_column(d, i + 5 * right, down)
    row = 6 * step
    store_points(out, o, step, input_points(c0[0], c1[0], c2[0], c3[0], c4[0], c5[0]))
    store_points(out, o + row, step, input_points(c0[1], c1[1], c2[1], c3[1], c4[1], c5[1]))
    store_points(out, o + 2 * row, step, input_points(c0[2], c1[2], c2[2], c3[2], c4[2], c5[2]))
    store_points(out, o + 3 * row, step, input_points(c0[3], c1[3], c2[3], c3[3], c4[3], c5[3]))
    store_points(out, o + 4 * row, step, input_points(c0[4], c1[4], c2[4], c3[4], c4[4], c5[4]))
    store_points(out, o + 5 * row, step, input_points(c0[5], c1[5], c2[5], c3[5], c4[5], c5[5]))


@inner
def transform_kernel(w, i, down, right, out, o, step):
    """G g Gᵀ for the 3×3 taps that begin at ``w[i]``."""
    c0 = kernel_points(load(w, i), load(w, i + down), load(w, i + 2 * down))
    i += right
    c1 = kernel_points(load(w, i), load(w, i + down), load(w, i + 2 * down))
    i += right
    c2 = kernel_points(load(w, i), load(w, i + down), load(w, i + 2 * down))
    row = 6 * step
    store_points(out, o, step, kernel_points(c0[0], c1[0], c2[0]))
    store_points(out, o + row, step, kernel_points(c0[1], c1[1], c2[1]))
    store_points(out, o + 2 * row, step, kernel_points(c0[2], c1[2], c2[2]))
    store_points(out, o + 3 * row, step, kernel_points(c0[3], c1[3], c2[3]))
    store_points(out, o + 4 * row, step, kernel_points(c0[4], c1[4], c2[4]))
    store_points(out, o + 5 * row, step, kernel_points(c0[5], c1[5], c2[5]))


@inner
def gather_row(m, i, step):
    """Take six products of one row of points; give four outputs."""
    return outputs(
        load(m, i),
        load(m, i + step),
        load(m, i + 2 * step),
        load(m, i + 3 * step),
        load(m, i + 4 * step),
        load(m, i + 5 * step),
    )


@inner
def store_outputs(y, o, down, values, bias, floor):
    """Put four outputs, each ``down`` after the one before; return 0, or NaN for one not finite."""
    store(y, o, maximum(values[0] + bias, floor))
    store(y, o + down, maximum(values[1] + bias, floor))
    store(y, o + 2 * down, maximum(values[2] + bias, floor))
    store(y, o + 3 * down, maximum(values[3] + bias, floor))
    return 0 * values[0] + 0 * values[1] + 0 * values[2] + 0 * values[3]


@inner
def transform_output(m, i, step, y, o, down, right, bias, floor):
    """Aᵀ M A, plus the bias and not below ``floor``; m as ``transform_input`` leaves its points.

    Return zeros, or NaN where an output is not finite.
    """
    row = 6 * step
    r0 = gather_row(m, i, step)
    r1 = gather_row(m, i + row, step)
    r2 = gather_row(m, i + 2 * row, step)
    r3 = gather_row(m, i + 3 * row, step)
    r4 = gather_row(m, i + 4 * row, step)
    r5 = gather_row(m, i + 5 * row, step)
    c = outputs(r0[0], r1[0], r2[0], r3[0], r4[0], r5[0])
    odd = store_outputs(y, o, down, c, bias, floor)
    c = outputs(r0[1], r1[1], r2[1], r3[1], r4[1], r5[1])
    odd = odd + store_outputs(y, o + right, down, c, bias, floor)
    c = outputs(r0[2], r1[2], r2[2], r3[2], r4[2], r5[2])
    odd = odd + store_outputs(y, o + 2 * right, down, c, bias, floor)
    c = outputs(r0[3], r1[3], r2[3], r3[3], r4[3], r5[3])
    return odd + store_outputs(y, o + 3 * right, down, c, bias, floor)


@inner
def transform_output_gradient(y, i, down, right, out, o, step):
    """A dY Aᵀ for the 4×4 gradients that begin at ``y[i]``."""
    c0 = output_column(y, i, down)
    c1 = output_column(y, i + right, down)
    c2 = output_column(y, i + 2 * right, down)
    c3 = output_column(y, i + 3 * right, down)
    row = 6 * step
    store_points(out, o, step, output_points(c0[0], c1[0], c2[0], c3[0]))
    store_points(out, o + row, step, output_points(c0[1], c1[1], c2[1], c3[1]))
    store_points(out, o + 2 * row, step, output_points(c0[2], c1[2], c2[2], c3[2]))
    store_points(out, o + 3 * row, step, output_points(c0[3], c1[3], c2[3], c3[3]))
    store_points(out, o + 4 * row, step, output_points(c0[4], c1[4], c2[4], c3[4]))
    store_points(out, o + 5 * row, step, output_points(c0[5], c1[5], c2[5], c3[5]))


@inner
def output_column(y, i, down):
    """Take four gradients, one below the other, as points."""
    return output_points(
        load(y, i), load(y, i + down), load(y, i + 2 * down), load(y, i + 3 * down)
    )


@inner
def tap_row(v, i, step):
    """Take six points of one row; give three taps."""
    return kernel_taps(
        load(v, i),
        load(v, i + step),
        load(v, i + 2 * step),
        load(v, i + 3 * step),
        load(v, i + 4 * step),
        load(v, i + 5 * step),
    )


@inner
def transform_kernel_gradient(v, i, step, w, o, down, right):
    """Gᵀ V G: 36 points, ``step`` apart, → 3×3 gradients of taps.

    Return zeros, or NaN where a gradient is not finite.
    """
    row = 6 * step
    r0 = tap_row(v, i, step)
    r1 = tap_row(v, i + row, step)
    r2 = tap_row(v, i + 2 * row, step)
    r3 = tap_row(v, i + 3 * row, step)
    r4 = tap_row(v, i + 4 * row, step)
    r5 = tap_row(v, i + 5 * row, step)
    a = store_taps(w, o, down, kernel_taps(r0[0], r1[0], r2[0], r3[0], r4[0], r5[0]))
    b = store_taps(w, o + right, down, kernel_taps(r0[1], r1[1], r2[1], r3[1], r4[1], r5[1]))
    right *= 2
    return (
        a
        + b
        + store_taps(w, o + right, down, kernel_taps(r0[2], r1[2], r2[2], r3[2], r4[2], r5[2]))
    )


@inner
def store_taps(w, o, down, values):
    """Put three taps, each ``down`` after the one before; return 0, or NaN if one is not finite."""
    store(w, o, values[0])
    store(w, o + down, values[1])
    store(w, o + 2 * down, values[2])
    return 0 * values[0] + 0 * values[1] + 0 * values[2]
