/* The testbed of yardstick.c in AVX-512, by hand: eight replicates in a vector, four vectors in turns.
 *
 * All arithmetic is in vectors, random numbers included: xoshiro256++ a lane, Box & Muller's normals ("A note on the
 * generation of random normal deviates", 1958), and exponentials, logarithms and sines by polynomials, within some
 * units of the last place. Ten arms are a constant, so their weights stay in registers. Each block of 32 replicates
 * takes all its steps, and its data stays in the first cache. Four independent vectors hide the latency of each other's
 * operations.
 *
 * Any compiler for x86-64 that knows these instructions compiles the file; has_avx512 tells whether the processor does.
 */
#include <stdint.h>

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>

#define WIDE __attribute__((target("avx512f,avx512dq")))
#define INLINED WIDE static inline __attribute__((always_inline))
enum { ARMS = 10, LANES = 8, VECTORS = 4 };
typedef __m512d number;
typedef __m512i word;

/* Eight replicates: each number of theirs is a lane. */
typedef struct {
    double q[ARMS][LANES], visits[ARMS][LANES], mean[ARMS][LANES];
    word state[4];
    number spare, sum;
} __attribute__((aligned(64))) vector_t;

int has_avx512(void) {
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq");
}

INLINED number of(double x) { return _mm512_set1_pd(x); }

/* xoshiro256++ (Blackman & Vigna 2019), in [0, 1). */
INLINED number uniforms(vector_t *v) {
    word *s = v->state, sum = _mm512_add_epi64(s[0], s[3]);
    word result = _mm512_add_epi64(_mm512_rol_epi64(sum, 23), s[0]), t = _mm512_slli_epi64(s[1], 17);
    s[2] = _mm512_xor_si512(s[2], s[0]); s[3] = _mm512_xor_si512(s[3], s[1]);
    s[1] = _mm512_xor_si512(s[1], s[2]); s[0] = _mm512_xor_si512(s[0], s[3]);
    s[2] = _mm512_xor_si512(s[2], t); s[3] = _mm512_rol_epi64(s[3], 45);
    return _mm512_mul_pd(_mm512_cvtepu64_pd(_mm512_srli_epi64(result, 11)), of(0x1p-53));
}

/* A polynomial by Horner's rule, its coefficients from the highest power on. */
INLINED number polynomial(number x, const double *coefficients, int count) {
    number p = of(coefficients[0]);
    for (int i = 1; i < count; i++) p = _mm512_fmadd_pd(p, x, of(coefficients[i]));
    return p;
}

/* exp(x) for x <= 0: Taylor's polynomial on [-log(2) / 2, log(2) / 2], scaled by a power of two. */
INLINED number exponential(number x) {
    static const double taylor[] = {1 / 39916800., 1 / 3628800., 1 / 362880., 1 / 40320., 1 / 5040., 1 / 720., 1 / 120.,
                                    1 / 24., 1 / 6., 0.5, 1, 1};
    x = _mm512_max_pd(x, of(-745));
    number k = _mm512_roundscale_pd(_mm512_mul_pd(x, of(1.4426950408889634)), 8);
    number r = _mm512_fnmadd_pd(k, of(0.6931471803691238), x);
    r = _mm512_fnmadd_pd(k, of(1.9082149292705877e-10), r);
    return _mm512_scalef_pd(polynomial(r, taylor, 12), k);
}

/* log(x) for normal x > 0: 2 atanh((m - 1) / (m + 1)) of a mantissa in [sqrt(1/2), sqrt(2)]. */
INLINED number logarithm(number x) {
    static const double series[] = {2 / 19., 2 / 17., 2 / 15., 2 / 13., 2 / 11., 2 / 9., 2 / 7., 2 / 5., 2 / 3., 2};
    number m = _mm512_getmant_pd(x, _MM_MANT_NORM_1_2, _MM_MANT_SIGN_zero), e = _mm512_getexp_pd(x);
    __mmask8 high = _mm512_cmp_pd_mask(m, of(1.4142135623730951), _CMP_GT_OQ);
    m = _mm512_mask_mul_pd(m, high, m, of(0.5));
    e = _mm512_mask_add_pd(e, high, e, of(1));
    number s = _mm512_div_pd(_mm512_sub_pd(m, of(1)), _mm512_add_pd(m, of(1)));
    number log_m = _mm512_mul_pd(polynomial(_mm512_mul_pd(s, s), series, 10), s);
    return _mm512_fmadd_pd(e, of(0.6931471805599453), log_m);
}

/* Two normals: the one is returned, the other is spare. */
INLINED number normals(vector_t *v) {
    static const double sines[] = {1 / 6227020800., -1 / 39916800., 1 / 362880., -1 / 5040., 1 / 120., -1 / 6., 1};
    static const double cosines[] = {-1 / 87178291200., 1 / 479001600., -1 / 3628800., 1 / 40320., -1 / 720., 1 / 24.,
                                     -0.5, 1};
    number radius = _mm512_sub_pd(of(1), uniforms(v)), turn = _mm512_mul_pd(uniforms(v), of(4));
    radius = _mm512_sqrt_pd(_mm512_mul_pd(of(-2), logarithm(radius)));
    /* The angle is a number of quarter turns and at most half a quarter more. */
    number quarters = _mm512_roundscale_pd(turn, 8);
    number x = _mm512_mul_pd(_mm512_sub_pd(turn, quarters), of(1.5707963267948966)), xx = _mm512_mul_pd(x, x);
    number sine = _mm512_mul_pd(polynomial(xx, sines, 7), x), cosine = polynomial(xx, cosines, 8);
    word quarter = _mm512_cvtpd_epi64(quarters), sign = _mm512_set1_epi64(INT64_MIN);
    __mmask8 odd = _mm512_test_epi64_mask(quarter, _mm512_set1_epi64(1));
    word minus_sine = _mm512_and_si512(_mm512_slli_epi64(quarter, 62), sign);
    word minus_cosine = _mm512_and_si512(_mm512_slli_epi64(_mm512_add_epi64(quarter, _mm512_set1_epi64(1)), 62), sign);
    number first = _mm512_mask_blend_pd(odd, sine, cosine), second = _mm512_mask_blend_pd(odd, cosine, sine);
    first = _mm512_xor_pd(first, _mm512_castsi512_pd(minus_sine));
    second = _mm512_xor_pd(second, _mm512_castsi512_pd(minus_cosine));
    v->spare = _mm512_mul_pd(radius, second);
    return _mm512_mul_pd(radius, first);
}

static void seed_vector(vector_t *v, uint64_t seed) {
    for (int lane = 0; lane < LANES; lane++) {
        uint64_t x = seed + lane;
        for (int i = 0; i < 4; i++) {
            uint64_t z = (x += 0x9e3779b97f4a7c15ULL);
            z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
            z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
            ((uint64_t *)&v->state[i])[lane] = z ^ (z >> 31);
        }
    }
}

WIDE static void begin(vector_t *v, uint64_t seed) {
    seed_vector(v, seed);
    v->sum = of(0);
    for (int a = 0; a < ARMS; a++) {
        _mm512_store_pd(v->q[a], of(0));
        _mm512_store_pd(v->visits[a], of(0));
        _mm512_store_pd(v->mean[a], a % 2 ? v->spare : normals(v));
    }
}

INLINED void step(vector_t *v, int t, number beta) {
    number q[ARMS], weight[ARMS], top, total;
    for (int a = 0; a < ARMS; a++) q[a] = _mm512_load_pd(v->q[a]);
    top = q[0];
    for (int a = 1; a < ARMS; a++) top = _mm512_max_pd(top, q[a]);
    total = of(0);
    for (int a = 0; a < ARMS; a++) {
        total = _mm512_add_pd(total, exponential(_mm512_mul_pd(_mm512_sub_pd(q[a], top), beta)));
        weight[a] = total;
    }
    number threshold = _mm512_mul_pd(uniforms(v), total);
    /* The place of the chosen arm's number in a lane: LANES for each arm before it. */
    word place = _mm512_set_epi64(7, 6, 5, 4, 3, 2, 1, 0), lanes = _mm512_set1_epi64(LANES);
    for (int a = 0; a < ARMS - 1; a++) {
        __mmask8 after = _mm512_cmp_pd_mask(weight[a], threshold, _CMP_LE_OQ);
        place = _mm512_mask_add_epi64(place, after, place, lanes);
    }
    number noise = t % 2 ? v->spare : normals(v);
    number reward = _mm512_add_pd(_mm512_i64gather_pd(place, v->mean, 8), noise);
    number visits = _mm512_add_pd(_mm512_i64gather_pd(place, v->visits, 8), of(1));
    number value = _mm512_i64gather_pd(place, v->q, 8);
    value = _mm512_add_pd(value, _mm512_div_pd(_mm512_sub_pd(reward, value), visits));
    _mm512_i64scatter_pd(v->visits, place, visits, 8);
    _mm512_i64scatter_pd(v->q, place, value, 8);
    v->sum = _mm512_add_pd(v->sum, reward);
}

/* Like bandit of yardstick.c with ten arms; means, if not NULL, receives the mean reward of each replicate. */
WIDE double bandit_avx512(int R, int steps, double start, double factor, uint64_t seed, double *means) {
    vector_t block[VECTORS];
    double sum = 0;
    for (int first = 0; first < R; first += VECTORS * LANES) {
        int left = R - first, used = left < VECTORS * LANES ? (left + LANES - 1) / LANES : VECTORS;
        double T = start;
        for (int i = 0; i < used; i++) begin(&block[i], seed + first + i * LANES);
        for (int t = 0; t < steps; t++, T *= factor) {
            for (int i = 0; i < used; i++) step(&block[i], t, of(1 / T));
        }
        for (int row = 0; row < used * LANES && row < left; row++) {
            double total = ((double *)&block[row / LANES].sum)[row % LANES];
            sum += total;
            if (means) means[first + row] = total / steps;
        }
    }
    return sum / ((double)R * steps);
}

#else

int has_avx512(void) { return 0; }

#endif
