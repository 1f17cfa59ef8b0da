/* Does the picker say on this machine what it said where it was exported? Build it with the picker:
 *     cc -std=c99 -O2 @name@.c @name@_golden.c -lm -o golden && ./golden
 * Prints what differs and PASS or FAIL; exit code 0 or 1. */
#include "@name@.h"
#include "@name@_golden.h"

#include <math.h>
#include <stdio.h>

static @name@_stream stream;
static @name@_work work;
static size_t seen;
static double worst_sample, worst_probability, worst_logit;

static void check(void *user, const @name@_pick *pick)
{
    (void)user;
    if (seen < GOLDEN_PICKS && pick->phase == GOLDEN_PHASE[seen]) {
        worst_sample = fmax(worst_sample, fabs(pick->sample - GOLDEN_SAMPLE[seen]));
        worst_probability = fmax(worst_probability, fabs((double)pick->probability - GOLDEN_PROBABILITY[seen]));
    } else {
        worst_sample = HUGE_VAL;
    }
    seen++;
}

/* The network alone: a saw tooth of its own for each component. */
static void column(void *from, int32_t t, float *y)
{
    int k;
    (void)from;
    for (k = 0; k < @NAME@_COMPONENTS; k++)
        y[k] = (float)((t * (7 + 4 * k)) % 101 - 50) / 25;
}

static void compare(void *to, int32_t t, const float *logits, const float *offset)
{
    int k;
    (void)to;
    (void)offset;
    for (k = 0; k < @NAME@_OUTPUTS && t % GOLDEN_EVERY == 0; k++)
        worst_logit = fmax(worst_logit, fabs((double)logits[k] - GOLDEN_LOGITS[t / GOLDEN_EVERY][k]));
}

int main(void)
{
    size_t at = 0, packet = 1;
    int k, good;
    @name@_forward(&work, column, NULL, compare, NULL);
    if (@name@_init(&stream, &work, @NAME@_RATE_HZ, check, NULL) != @NAME@_OK)
        return 1;
    while (at < GOLDEN_SAMPLES) {
        int32_t some[@NAME@_COMPONENTS][200];
        const int32_t *rows[@NAME@_COMPONENTS];
        size_t i, n = packet < GOLDEN_SAMPLES - at ? packet : GOLDEN_SAMPLES - at;
        for (k = 0; k < @NAME@_COMPONENTS; k++) {
            for (i = 0; i < n; i++)
                some[k][i] = GOLDEN_RECORD[k][at + i];
            rows[k] = some[k];
        }
        if (@name@_push_counts(&stream, rows, n) != @NAME@_OK)
            return 1;
        at += n;
        packet = packet * 7 % 199 + 1;
    }
    if (@name@_flush(&stream) != @NAME@_OK)
        return 1;
    good = seen == GOLDEN_PICKS && worst_sample <= GOLDEN_SAMPLE_TOLERANCE
        && worst_probability <= GOLDEN_TOLERANCE && worst_logit <= GOLDEN_TOLERANCE * 10;
    printf("picks %lu of %lu, largest difference: sample %g, probability %g, logit %g\n%s\n",
           (unsigned long)seen, (unsigned long)GOLDEN_PICKS, worst_sample, worst_probability, worst_logit,
           good ? "PASS" : "FAIL");
    return good ? 0 : 1;
}
