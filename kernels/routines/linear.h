// Routines on the last two axes, in doubles: factorizations of matrices and the Fourier transform.
// Sources: Golub and Van Loan, "Matrix Computations", ch. 3 to 5 and 8; Cooley and Tukey, 1965; Bluestein, 1970.
#pragma once
#include "mathematics/mathematics.h"
#include "steps/reader.h"

namespace shapewise {
namespace SHAPEWISE_VARIANT {

inline double root(double x) { return __builtin_sqrt(x); }
inline double absolute(double x) { return x < 0 ? -x : x; }
/// √(1 + t²) without overflow.
inline double hypotenuse(double t) {
  const double size = absolute(t);
  return size > 1e150 ? size : root(1 + t * t);
}

enum LinearKind : i32 {
  kCholesky, kTriangularSolve, kLu, kQr, kEigh, kSvd, kFft, kLinearKinds,
};

/// Lower factor in place; the row whose pivot failed, or −1.
inline i64 choleskyFactor(double *x, i64 n) {
  for (i64 j = 0; j < n; j++) {
    for (i64 i = 0; i < j; i++) x[i * n + j] = 0;
    for (i64 i = j; i < n; i++) {
      double sum = x[i * n + j];
      for (i64 k = 0; k < j; k++) sum -= x[i * n + k] * x[j * n + k];
      if (i == j && !(sum > 0)) return j;
      x[i * n + j] = i == j ? root(sum) : sum / x[j * n + j];
    }
  }
  return -1;
}

inline void solveTriangular(const double *a, double *b, i64 n, i64 columns, bool lower, bool transpose, bool unit) {
  const bool forward = lower != transpose;
  const i64 row = transpose ? 1 : n;
  const i64 column = transpose ? n : 1;
  for (i64 step = 0; step < n; step++) {
    const i64 i = forward ? step : n - 1 - step;
    for (i64 solved = 0; solved < step; solved++) {
      const i64 k = forward ? solved : n - 1 - solved;
      const double factor = a[i * row + k * column];
      for (i64 c = 0; c < columns; c++) b[i * columns + c] -= factor * b[k * columns + c];
    }
    if (unit) continue;
    const double pivot = a[i * n + i];
    for (i64 c = 0; c < columns; c++) b[i * columns + c] /= pivot;
  }
}

inline void swapDoubles(double &a, double &b) {
  const double kept = a;
  a = b;
  b = kept;
}

inline void luFactor(double *x, i64 n, i32 *order) {
  for (i64 i = 0; i < n; i++) order[i] = static_cast<i32>(i);
  for (i64 j = 0; j < n; j++) {
    i64 pivot = j;
    for (i64 i = j + 1; i < n; i++)
      if (absolute(x[i * n + j]) > absolute(x[pivot * n + j])) pivot = i;
    if (pivot != j) {
      for (i64 c = 0; c < n; c++) swapDoubles(x[j * n + c], x[pivot * n + c]);
      const i32 kept = order[j];
      order[j] = order[pivot];
      order[pivot] = kept;
    }
    if (x[j * n + j] == 0) continue;
    for (i64 i = j + 1; i < n; i++) {
      const double factor = x[i * n + j] / x[j * n + j];
      x[i * n + j] = factor;
      for (i64 c = j + 1; c < n; c++) x[i * n + c] -= factor * x[j * n + c];
    }
  }
}

/// x ← x − 2·v·(vᵀx) / (vᵀv) for v that is zero before `first`.
inline void reflect(double *x, const double *v, i64 first, i64 m, i64 n) {
  double square = 0;
  for (i64 i = first; i < m; i++) square += v[i] * v[i];
  if (square == 0) return;
  for (i64 c = 0; c < n; c++) {
    double sum = 0;
    for (i64 i = first; i < m; i++) sum += v[i] * x[i * n + c];
    const double factor = 2 * sum / square;
    for (i64 i = first; i < m; i++) x[i * n + c] -= factor * v[i];
  }
}

/// Q [m, k] and R [k, n]; `v` has room for m·k doubles.
inline void qrFactor(double *x, i64 m, i64 n, double *q, double *r, double *v) {
  const i64 k = least(m, n);
  for (i64 j = 0; j < k; j++) {
    double *one = v + j * m;
    double square = 0;
    for (i64 i = 0; i < m; i++) one[i] = 0;
    for (i64 i = j; i < m; i++) {
      one[i] = x[i * n + j];
      square += one[i] * one[i];
    }
    // Reflecting to the side away from x avoids cancellation; the sign is set right at the end.
    one[j] += one[j] < 0 ? -root(square) : root(square);
    reflect(x, one, j, m, n);
  }
  for (i64 i = 0; i < k; i++)
    for (i64 j = 0; j < n; j++) r[i * n + j] = j >= i ? x[i * n + j] : 0;
  for (i64 i = 0; i < m * k; i++) q[i] = 0;
  for (i64 i = 0; i < k; i++) q[i * k + i] = 1;
  for (i64 j = k - 1; j >= 0; j--) reflect(q, v + j * m, j, m, k);
  for (i64 i = 0; i < k; i++) {
    if (r[i * n + i] >= 0) continue;
    for (i64 j = i; j < n; j++) r[i * n + j] = -r[i * n + j];
    for (i64 row = 0; row < m; row++) q[row * k + i] = -q[row * k + i];
  }
}

inline double rotationTangent(double p, double q, double off) {
  const double cotangent = (q - p) / (2 * off);
  return (cotangent < 0 ? -1.0 : 1.0) / (absolute(cotangent) + hypotenuse(cotangent));
}
inline void rotate(double *x, double *y, i64 stride, i64 n, double c, double s) {
  for (i64 i = 0; i < n; i++) {
    const double a = x[i * stride];
    const double b = y[i * stride];
    x[i * stride] = c * a - s * b;
    y[i * stride] = s * a + c * b;
  }
}
/// Makes the largest element positive; elements that differ by rounding only do not decide.
inline bool turnPositive(double *x, i64 stride, i64 n) {
  double largest = 0;
  for (i64 i = 0; i < n; i++)
    if (absolute(x[i * stride]) > absolute(largest) * (1 + 1e-9)) largest = x[i * stride];
  if (largest >= 0) return false;
  for (i64 i = 0; i < n; i++) x[i * stride] = -x[i * stride];
  return true;
}
/// Indices in the order of `values`, by insertion.
inline void sortedOrder(const double *values, i64 n, bool descending, i32 *order) {
  for (i64 i = 0; i < n; i++) {
    i64 at = i;
    while (at > 0 && (descending ? values[order[at - 1]] < values[i] : values[order[at - 1]] > values[i])) {
      order[at] = order[at - 1];
      at--;
    }
    order[at] = static_cast<i32>(i);
  }
}

constexpr int kMaxSweeps = 60;

/// Jacobi's method. `work` has room for n·n doubles, `order` for n.
inline void symmetricEigenvalues(double *x, i64 n, double *values, double *vectors, double *work, i32 *order) {
  for (i64 i = 0; i < n; i++)
    for (i64 j = i + 1; j < n; j++) x[i * n + j] = x[j * n + i];
  for (i64 i = 0; i < n * n; i++) work[i] = 0;
  for (i64 i = 0; i < n; i++) work[i * n + i] = 1;
  bool rotated = true;
  for (int sweep = 0; sweep < kMaxSweeps && rotated; sweep++) {
    rotated = false;
    for (i64 p = 0; p < n; p++) {
      for (i64 q = p + 1; q < n; q++) {
        const double off = x[p * n + q];
        const double diagonalP = x[p * n + p], diagonalQ = x[q * n + q];
        if (!(absolute(off) > 1e-18 * absolute(diagonalP) + 1e-18 * absolute(diagonalQ) && absolute(off) > 1e-300)) continue;
        rotated = true;
        const double tangent = rotationTangent(diagonalP, diagonalQ, off);
        const double c = 1 / hypotenuse(tangent);
        const double s = tangent * c;
        rotate(x + p, x + q, n, n, c, s);
        rotate(x + p * n, x + q * n, 1, n, c, s);
        x[p * n + q] = 0;
        x[q * n + p] = 0;
        rotate(work + p, work + q, n, n, c, s);
      }
    }
  }
  for (i64 i = 0; i < n; i++) values[i] = x[i * n + i];
  sortedOrder(values, n, false, order);
  for (i64 to = 0; to < n; to++) {
    for (i64 i = 0; i < n; i++) vectors[i * n + to] = work[i * n + order[to]];
    turnPositive(vectors + to, n, n);
  }
  for (i64 i = 0; i < n; i++) values[i] = x[order[i] * n + order[i]];
}

inline double innerProduct(const double *a, const double *b, i64 m) {
  double sum = 0;
  for (i64 i = 0; i < m; i++) sum += a[i] * b[i];
  return sum;
}

/// Scales row `index` to length 1, or gives it a direction at right angles to those before it.
inline void normalizeDirection(double *rows, i64 index, i64 m, double largest) {
  double *row = rows + index * m;
  const double length = root(innerProduct(row, row, m));
  if (length > 1e-15 * m * largest) {
    for (i64 i = 0; i < m; i++) row[i] /= length;
    return;
  }
  for (i64 axis = 0; axis < m; axis++) {
    for (i64 i = 0; i < m; i++) row[i] = i == axis ? 1 : 0;
    for (int pass = 0; pass < 2; pass++) {
      for (i64 other = 0; other < index; other++) {
        const double along = innerProduct(row, rows + other * m, m);
        for (i64 i = 0; i < m; i++) row[i] -= along * rows[other * m + i];
      }
    }
    const double rest = root(innerProduct(row, row, m));
    if (rest < 0.5 / root(static_cast<double>(m))) continue;
    for (i64 i = 0; i < m; i++) row[i] /= rest;
    return;
  }
}

/// One-sided Jacobi (Hestenes, 1958) for m ≥ n: rows of `columns` are the columns of the matrix.
/// Gives rows of uT [n, m], s [n] and rows of vT [n, n]; `v` and `sorted` are work space.
inline void singularRows(double *columns, i64 m, i64 n, double *uT, double *s, double *vT, double *v, double *lengths, i32 *order) {
  for (i64 i = 0; i < n * n; i++) v[i] = 0;
  for (i64 i = 0; i < n; i++) v[i * n + i] = 1;
  constexpr double epsilon = 2.220446049250313e-16;
  const double all = epsilon * root(innerProduct(columns, columns, m * n));
  const double noise = all * all;
  bool rotated = true;
  for (int sweep = 0; sweep < kMaxSweeps && rotated; sweep++) {
    rotated = false;
    for (i64 p = 0; p < n; p++) {
      for (i64 q = p + 1; q < n; q++) {
        double *a = columns + p * m;
        double *b = columns + q * m;
        const double pp = innerProduct(a, a, m), qq = innerProduct(b, b, m), pq = innerProduct(a, b, m);
        if (!(absolute(pq) > epsilon * m * root(pp * qq) && (pp < qq ? pp : qq) > noise)) continue;
        rotated = true;
        const double tangent = rotationTangent(pp, qq, pq);
        const double c = 1 / hypotenuse(tangent);
        rotate(a, b, 1, m, c, tangent * c);
        rotate(v + p * n, v + q * n, 1, n, c, tangent * c);
      }
    }
  }
  for (i64 i = 0; i < n; i++) lengths[i] = root(innerProduct(columns + i * m, columns + i * m, m));
  sortedOrder(lengths, n, true, order);
  for (i64 to = 0; to < n; to++) {
    const i64 from = order[to];
    s[to] = lengths[from];
    for (i64 j = 0; j < n; j++) vT[to * n + j] = v[from * n + j];
    for (i64 i = 0; i < m; i++) uT[to * m + i] = columns[from * m + i];
    normalizeDirection(uT, to, m, lengths[order[0]]);
    if (turnPositive(uT + to * m, 1, m))
      for (i64 j = 0; j < n; j++) vT[to * n + j] = -vT[to * n + j];
  }
}

inline void cosSin(double angle, double &c, double &s) {
  using Two = Doubles<2>;
  c = Two::cos(Two::splat(angle))[0];
  s = Two::sin(Two::splat(angle))[0];
}

constexpr double kPi = 3.14159265358979323846;

/// In place; `roots` has room for n doubles.
inline void transformPowerOfTwo(double *x, i64 n, bool inverse, double *roots) {
  for (i64 i = 1, j = 0; i < n; i++) {
    i64 bit = n >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) {
      swapDoubles(x[2 * i], x[2 * j]);
      swapDoubles(x[2 * i + 1], x[2 * j + 1]);
    }
  }
  for (i64 k = 0; k < n / 2; k++) cosSin((inverse ? 2 : -2) * kPi * k / n, roots[2 * k], roots[2 * k + 1]);
  for (i64 half = 1; half < n; half *= 2) {
    const i64 step = n / (2 * half);
    for (i64 start = 0; start < n; start += 2 * half) {
      for (i64 k = 0; k < half; k++) {
        const double c = roots[2 * k * step], s = roots[2 * k * step + 1];
        const i64 even = 2 * (start + k);
        const i64 odd = even + 2 * half;
        const double real = c * x[odd] - s * x[odd + 1];
        const double imaginary = c * x[odd + 1] + s * x[odd];
        x[odd] = x[even] - real;
        x[odd + 1] = x[even + 1] - imaginary;
        x[even] += real;
        x[even + 1] += imaginary;
      }
    }
  }
}

inline i64 bluesteinSize(i64 n) {
  i64 size = 1;
  while (size < 2 * n - 1) size *= 2;
  return size;
}

/// With jk = (j² + k² − (k − j)²) / 2 the transform is a convolution with exp(±πi·j²/n).
inline void transformAnyLength(const double *x, double *out, i64 n, bool inverse, double *work) {
  const i64 size = bluesteinSize(n);
  double *chirp = work;
  double *signal = chirp + 2 * n;
  double *kernel = signal + 2 * size;
  double *roots = kernel + 2 * size;
  for (i64 i = 0; i < 4 * size; i++) signal[i] = 0;
  for (i64 j = 0; j < n; j++) {
    cosSin((inverse ? 1 : -1) * kPi * static_cast<double>(j * j % (2 * n)) / n, chirp[2 * j], chirp[2 * j + 1]);
    const double c = chirp[2 * j], s = chirp[2 * j + 1];
    signal[2 * j] = c * x[2 * j] - s * x[2 * j + 1];
    signal[2 * j + 1] = c * x[2 * j + 1] + s * x[2 * j];
    kernel[2 * j] = c;
    kernel[2 * j + 1] = -s;
    if (j > 0) {
      kernel[2 * (size - j)] = c;
      kernel[2 * (size - j) + 1] = -s;
    }
  }
  transformPowerOfTwo(signal, size, false, roots);
  transformPowerOfTwo(kernel, size, false, roots);
  for (i64 k = 0; k < size; k++) {
    const double a = signal[2 * k], b = signal[2 * k + 1], c = kernel[2 * k], d = kernel[2 * k + 1];
    signal[2 * k] = (a * c - b * d) / size;
    signal[2 * k + 1] = (a * d + b * c) / size;
  }
  transformPowerOfTwo(signal, size, true, roots);
  for (i64 k = 0; k < n; k++) {
    const double c = chirp[2 * k], s = chirp[2 * k + 1], a = signal[2 * k], b = signal[2 * k + 1];
    out[2 * k] = c * a - s * b;
    out[2 * k + 1] = c * b + s * a;
  }
}

/// One routine on each matrix of a batch.
struct Linear final : Allocated<Linear> {
  i32 kind = 0, tag = 0, flags = 0;
  Operand in[2], out[3];
  i64 batch = 1, m = 0, n = 0;

  static Step *read(Reader &reader, const Extents &extents) {
    Linear *step = make();
    if (step == nullptr) return reader.refuse("out of memory"), nullptr;
    step->parse(reader, extents);
    return step;
  }
  void parse(Reader &reader, const Extents &extents) {
    kind = reader.choice(kLinearKinds, "a routine of an unknown kind");
    tag = reader.word();
    flags = reader.choice(8, "a routine has unknown flags");
    const int inputs = kind == kTriangularSolve ? 2 : 1;
    const int outputs = kind == kLu || kind == kQr || kind == kEigh ? 2 : kind == kSvd ? 3 : 1;
    for (int i = 0; i < inputs; i++) in[i] = reader.contiguousOperand(extents);
    for (int i = 0; i < outputs; i++) {
      out[i] = reader.contiguousOperand(extents);
      reader.expect(out[i].kind == kOutput || out[i].kind == kArena, "a routine writes where it must not");
      reader.expect(out[i].dtype == (kind == kLu && i == 1 ? kInt32 : kFloat64), "a routine does not take its dtype");
    }
    for (int i = 0; i < inputs; i++) reader.expect(in[i].dtype == kFloat64, "a routine does not take its dtype");
    const Operand &x = in[inputs - 1];
    reader.expect(x.rank >= 2, "a routine needs matrices");
    if (reader.failed()) return;
    m = x.sizes[x.rank - 2];
    n = x.sizes[x.rank - 1];
    for (int i = 0; i < x.rank - 2; i++) batch *= x.sizes[i];
    const i64 k = least(m, n);
    // Sizes whose squares are still counted; a side of a triangle has as many elements as its square.
    const i64 most = kind == kTriangularSolve ? INT64_C(1) << 23 : INT64_C(1) << 31;
    reader.expect(m < most || kind == kFft, "a matrix is too large");
    if (reader.failed()) return;
    const bool square = m == n;
    bool fits = true;
    switch (kind) {
      case kCholesky: fits = square && out[0].elements == x.elements; break;
      case kTriangularSolve: fits = in[0].elements == batch * m * m && out[0].elements == x.elements; break;
      case kLu: fits = square && out[0].elements == x.elements && out[1].elements == batch * n; break;
      case kQr: fits = out[0].elements == batch * m * k && out[1].elements == batch * k * n; break;
      case kEigh: fits = square && out[0].elements == batch * n && out[1].elements == x.elements; break;
      case kSvd:
        fits = out[0].elements == batch * m * k && out[1].elements == batch * k && out[2].elements == batch * k * n;
        break;
      default: fits = n == 2 && out[0].elements == x.elements;
    }
    reader.expect(fits, "a routine has operands that do not fit");
  }

  void one(const Frame &frame, i64 b, double *work, ShapewiseFailure &failure) const {
    const Operand &operand = in[kind == kTriangularSolve ? 1 : 0];
    const double *x = address<double>(operand, frame) + b * m * n;
    const i64 k = least(m, n);
    const i64 bytes = m * n * sizeof(double);
    switch (kind) {
      case kCholesky: {
        double *to = address<double>(out[0], frame) + b * m * n;
        __builtin_memmove(to, x, bytes);
        const i64 failed = choleskyFactor(to, n);
        if (failed >= 0 && failure.kind == kNoFailure)
          failure = {kNotPositiveDefinite, tag, static_cast<double>(b), static_cast<double>(failed), 0};
        return;
      }
      case kTriangularSolve: {
        double *to = address<double>(out[0], frame) + b * m * n;
        __builtin_memmove(to, x, bytes);
        solveTriangular(address<double>(in[0], frame) + b * m * m, to, m, n, flags & 1, flags & 2, flags & 4);
        return;
      }
      case kLu: {
        double *to = address<double>(out[0], frame) + b * m * n;
        __builtin_memmove(to, x, bytes);
        luFactor(to, n, address<i32>(out[1], frame) + b * n);
        return;
      }
      case kQr:
        __builtin_memcpy(work, x, bytes);
        qrFactor(work, m, n, address<double>(out[0], frame) + b * m * k, address<double>(out[1], frame) + b * k * n, work + m * n);
        return;
      case kEigh:
        __builtin_memcpy(work, x, bytes);
        symmetricEigenvalues(work, n, address<double>(out[0], frame) + b * n, address<double>(out[1], frame) + b * n * n,
                             work + n * n, reinterpret_cast<i32 *>(work + 2 * n * n));
        return;
      case kSvd: {
        // The matrix or its transpose, whichever is tall; `long` is its number of rows.
        const bool tall = m >= n;
        const i64 rows = tall ? m : n;
        double *columns = work;
        double *v = columns + rows * k;
        double *lengths = v + k * k;
        double *uT = lengths + k;
        double *vT = uT + rows * k;
        i32 *order = reinterpret_cast<i32 *>(vT + k * k);
        for (i64 i = 0; i < m; i++)
          for (i64 j = 0; j < n; j++) columns[tall ? j * m + i : i * n + j] = x[i * n + j];
        double *s = address<double>(out[1], frame) + b * k;
        singularRows(columns, rows, k, uT, s, vT, v, lengths, order);
        double *u = address<double>(out[0], frame) + b * m * k;
        double *right = address<double>(out[2], frame) + b * k * n;
        if (tall) {
          for (i64 i = 0; i < m; i++)
            for (i64 j = 0; j < k; j++) u[i * k + j] = uT[j * m + i];
          __builtin_memcpy(right, vT, k * n * sizeof(double));
          return;
        }
        // The sign is settled on the side of U in any case.
        for (i64 i = 0; i < k; i++)
          if (turnPositive(vT + i * k, 1, k))
            for (i64 j = 0; j < rows; j++) uT[i * rows + j] = -uT[i * rows + j];
        for (i64 i = 0; i < m; i++)
          for (i64 j = 0; j < k; j++) u[i * k + j] = vT[j * m + i];
        __builtin_memcpy(right, uT, k * n * sizeof(double));
        return;
      }
      default: {
        double *to = address<double>(out[0], frame) + b * m * n;
        if (m <= 1 || (m & (m - 1)) == 0) {
          __builtin_memmove(to, x, bytes);
          if (m > 1) transformPowerOfTwo(to, m, flags & 1, work);
        } else {
          transformAnyLength(x, to, m, flags & 1, work);
        }
      }
    }
  }

  i64 workBytes() const {
    const i64 k = least(m, n);
    const i64 tall = most(m, n);
    switch (kind) {
      case kQr: return (m * n + m * k) * 8;
      case kEigh: return (2 * n * n + n) * 8;
      case kSvd: return (2 * tall * k + 2 * k * k + 2 * k) * 8;
      case kFft: return (2 * m + 5 * bluesteinSize(most(m, 1))) * 8;
      default: return 8;
    }
  }

  void run(const Frame &frame, ShapewiseFailure &failure) override {
    if (in[kind == kTriangularSolve ? 1 : 0].elements == 0) {
      for (const Operand &o : out)
        if (o.elements > 0 && o.dtype == kFloat64) __builtin_memset(address(o, frame), 0, o.bytes());
      return;
    }
    if (!reserve(1, 0, static_cast<double>(workBytes()), failure)) return;
    double *work = static_cast<double *>(shapewise_scratch(0, 0, workBytes()));
    for (i64 b = 0; b < batch; b++) one(frame, b, work, failure);
  }
};

}  // namespace SHAPEWISE_VARIANT
}  // namespace shapewise
