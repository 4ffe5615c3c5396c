/* The physical yardstick: what one core does with the two works of the benchmark in plain scalar C.
 *
 * A: sample averages with a softmax on the 10-armed Gaussian testbed; every arm's exponential at every step.
 * B: Q-learning with a softmax on a table with terminal states and a time limit.
 * Replicates are independent and run one after another, each for all its steps, so that its values stay in the first
 * cache: the order that suits a scalar loop best. Compiled with -O3; exp is the C library's.
 */
#include <math.h>
#include <stddef.h>
#include <stdint.h>

typedef struct { uint64_t s[4]; } rng_t;

static inline uint64_t rotl(uint64_t x, int k) { return (x << k) | (x >> (64 - k)); }

/* xoshiro256++ (Blackman & Vigna 2019). */
static inline uint64_t next(rng_t *r) {
    uint64_t *s = r->s, result = rotl(s[0] + s[3], 23) + s[0], t = s[1] << 17;
    s[2] ^= s[0]; s[3] ^= s[1]; s[1] ^= s[2]; s[0] ^= s[3]; s[2] ^= t; s[3] = rotl(s[3], 45);
    return result;
}

static inline double uniform(rng_t *r) { return (double)(next(r) >> 11) * 0x1p-53; }

/* Marsaglia's polar method, both draws used. */
static inline double normal(rng_t *r, double *spare, int *has) {
    if (*has) { *has = 0; return *spare; }
    double u, v, s;
    do { u = 2 * uniform(r) - 1; v = 2 * uniform(r) - 1; s = u * u + v * v; } while (s >= 1 || s == 0);
    double f = sqrt(-2 * log(s) / s);
    *spare = v * f; *has = 1;
    return u * f;
}

static rng_t seeded(uint64_t x) {
    rng_t r;
    for (int i = 0; i < 4; i++) {
        uint64_t z = (x += 0x9e3779b97f4a7c15ULL);
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
        r.s[i] = z ^ (z >> 31);
    }
    return r;
}

/* Largest value; "allowed" is a mask, or NULL where every action is. */
static inline double largest(const double *q, const uint8_t *allowed, int K) {
    double top = -INFINITY;
    for (int a = 0; a < K; a++) top = (!allowed || allowed[a]) && q[a] > top ? q[a] : top;
    return top;
}

static inline int choose(const double *q, const uint8_t *allowed, int K, double T, rng_t *r, double *w) {
    double top = largest(q, allowed, K), total = 0;
    for (int a = 0; a < K; a++) {
        if (!allowed || allowed[a]) total += exp((q[a] - top) / T);
        w[a] = total;
    }
    double u = uniform(r) * total;
    int a = 0;
    while (a < K - 1 && w[a] <= u) a++;
    return a;
}

/* Mean reward over all; T at step t is start * factor^t, factor 1 being a constant temperature. */
double bandit(int R, int steps, int K, double start, double factor, uint64_t seed) {
    double sum = 0, w[1024], q[1024], mu[1024];
    int64_t n[1024];
    for (int i = 0; i < R; i++) {
        rng_t r = seeded(seed + i);
        double spare = 0, T = start;
        int has = 0;
        for (int a = 0; a < K; a++) { q[a] = 0; n[a] = 0; mu[a] = normal(&r, &spare, &has); }
        for (int t = 0; t < steps; t++, T *= factor) {
            int a = choose(q, NULL, K, T, &r, w);
            double reward = mu[a] + normal(&r, &spare, &has);
            q[a] += (reward - q[a]) / (double)++n[a];
            sum += reward;
        }
    }
    return sum / ((double)R * steps);
}

/* cumulative, next_state, reward, terminated: (S * K * M); initial: cumulative (S); allowed: (S * K), or NULL.
 * Q has room for S * K, and holds the values of the last replicate at the end. */
double table(int R, int steps, int S, int K, int M, const double *cumulative, const int64_t *next_state,
             const double *reward, const uint8_t *terminated, const double *initial, const uint8_t *allowed, int limit,
             double start, double factor, double step_size, double discount, double *Q, uint64_t seed) {
    double sum = 0, w[1024];
    for (int i = 0; i < R; i++) {
        rng_t r = seeded(seed + i);
        double T = start;
        for (int j = 0; j < S * K; j++) Q[j] = 0;
        int elapsed = 0;
        int64_t s = 0;
        double u = uniform(&r);
        while (initial[s] <= u) s++;
        for (int t = 0; t < steps; t++, T *= factor) {
            int a = choose(Q + s * K, allowed ? allowed + s * K : NULL, K, T, &r, w);
            int64_t pair = (s * K + a) * M;
            double v = uniform(&r);
            int64_t m = 0;
            while (cumulative[pair + m] <= v) m++;
            int64_t reached = next_state[pair + m];
            double target = reward[pair + m];
            if (!terminated[pair + m]) {
                target += discount * largest(Q + reached * K, allowed ? allowed + reached * K : NULL, K);
            }
            Q[s * K + a] += step_size * (target - Q[s * K + a]);
            sum += reward[pair + m];
            s = reached;
            if (terminated[pair + m] || ++elapsed >= limit) {
                elapsed = 0;
                s = 0;
                u = uniform(&r);
                while (initial[s] <= u) s++;
            }
        }
    }
    return sum / ((double)R * steps);
}
