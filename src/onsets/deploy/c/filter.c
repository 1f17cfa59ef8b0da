
/* ---------------------------------------------------------------- band-pass
 *
 * Forward over each run of valid samples and backward over what came out, as onsets does over a whole
 * record. Backward the filter must begin in the future; after @NAME@_LOOK samples what it began with is
 * a millionth. So samples wait in blocks: forward when the block is full, backward from its end, and
 * the oldest @NAME@_BLOCK of them are final. */

static double through(double *state, double x)
{
    int k;
    for (k = 0; k < @NAME@_SECTIONS; k++, state += 2) {
        const double *c = SECTIONS[k];
        double y = c[0] * x + state[0];
        state[0] = c[1] * x - c[3] * y + state[1];
        state[1] = c[2] * x - c[4] * y;
        x = y;
    }
    return x;
}

static int is_good(const @name@_stream *s, int k, int32_t i)
{
    return s->good[i] >> k & 1;
}

/* What a run that begins at sample i is taken to lie around. */
static double level(const @name@_stream *s, int k, int32_t i)
{
    int32_t j;
    double sum = 0;
    for (j = i; j < s->held && j - i < @NAME@_LOOK && is_good(s, k, j); j++)
        sum += s->ahead[k][j];
    return sum / (j - i);
}

/* Make the first count samples of a component final. A run that begins after them waits. */
static void filter(@name@_stream *s, int k, int32_t count)
{
    float *x = s->ahead[k];
    double *state = s->state[k], back[2 * @NAME@_SECTIONS];
    int32_t i, j;
    for (i = s->done[k]; i < s->held; i++) {
        if (!is_good(s, k, i)) {
            s->running[k] = 0;
            continue;
        }
        if (!s->running[k]) {
            if (i >= count)
                break;
            s->running[k] = 1, s->level[k] = level(s, k, i);
            memset(state, 0, sizeof s->state[k]);
        }
        x[i] = (float)through(state, x[i] - s->level[k]);
    }
    s->done[k] = i - count;
    memset(back, 0, sizeof back);
    for (j = i - 1; j >= 0; j--) {
        double y;
        if (!is_good(s, k, j)) {
            memset(back, 0, sizeof back);
            continue;
        }
        y = through(back, x[j]);
        if (j < count)
            x[j] = (float)y;
    }
}

static void release(@name@_stream *s, int32_t count)
{
    int32_t i, left = s->held - count;
    int k;
    for (k = 0; k < @NAME@_COMPONENTS; k++)
        filter(s, k, count);
    for (i = 0; i < count; i++) {
        float x[@NAME@_COMPONENTS];
        unsigned char good[@NAME@_COMPONENTS];
        for (k = 0; k < @NAME@_COMPONENTS; k++)
            x[k] = s->ahead[k][i], good[k] = (unsigned char)is_good(s, k, i);
        take(s, x, good);
    }
    for (k = 0; k < @NAME@_COMPONENTS; k++)
        memmove(s->ahead[k], s->ahead[k] + count, (size_t)left * sizeof s->ahead[0][0]);
    memmove(s->good, s->good + count, (size_t)left);
    s->held = left;
}

static void push_one(@name@_stream *s, const float *x, const unsigned char *good)
{
    int k;
    s->good[s->held] = 0;
    for (k = 0; k < @NAME@_COMPONENTS; k++) {
        s->ahead[k][s->held] = good[k] ? x[k] : 0;
        s->good[s->held] = (uint8_t)(s->good[s->held] | good[k] << k);
    }
    if (++s->held == @NAME@_LOOK + @NAME@_BLOCK)
        release(s, @NAME@_BLOCK);
}
