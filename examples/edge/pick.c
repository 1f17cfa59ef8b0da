/* Picks from standard input: what feed.py writes, through the exported picker, to lines of text.
 *
 *     python feed.py FILE.mseed | ./pick
 *
 * Input: 'S' and the start, 8 bytes of nanoseconds since 1970; then packets: 'D', a count of 4 bytes and
 * that many 32-bit integers of Z, of N and of E; or 'G' and a count of 4 bytes of missing samples. */
#include "picker.h"

#include <inttypes.h>
#include <stdio.h>

enum { MOST = 4096 };

static picker_stream station;
static picker_work work;
static int32_t samples[3][MOST];
static int64_t start_ns;

static void show(void *user, const picker_pick *pick)
{
    double after = pick->sample / PICKER_RATE_HZ;
    (void)user;
    printf("%c %.3f s after %" PRId64 " ns  probability %.2f\n", pick->phase, after, start_ns,
           (double)pick->probability);
    fflush(stdout);
}

int main(void)
{
    const int32_t *rows[3] = {samples[0], samples[1], samples[2]};
    uint32_t count;
    int letter, k;
    if (picker_init(&station, &work, PICKER_RATE_HZ, show, NULL) != PICKER_OK)
        return 1;
    while ((letter = getchar()) != EOF) {
        if (letter == 'S') {
            if (fread(&start_ns, 8, 1, stdin) != 1)
                return 2;
            continue;
        }
        if (fread(&count, 4, 1, stdin) != 1 || (letter == 'D' && count > MOST))
            return 2;
        if (letter == 'G') {
            picker_gap(&station, count);
            continue;
        }
        for (k = 0; k < 3; k++)
            if (fread(samples[k], 4, count, stdin) != count)
                return 2;
        picker_push_counts(&station, rows, count);
    }
    picker_flush(&station);
    fprintf(stderr, "%" PRIu64 " samples, %" PRIu64 " windows, %" PRIu64 " picks; %lu bytes of memory\n",
            station.total, station.windows, station.picks, (unsigned long)(sizeof station + sizeof work));
    return 0;
}
