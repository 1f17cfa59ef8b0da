
/* ---------------------------------------------------------- stream to picks
 *
 * Samples go into a ring of one window. Every hop the window is normalised and the network run; the
 * answers of overlapping windows are put together; a value is final when no window, not even one that
 * ends with the record, can speak of it again. Then it is looked at for picks. */

enum { VALUE_RING = @NAME@_VALUES + 1, LESS = @NAME@_UNBIASED };

static int is_valid(const @name@_stream *s, int k, uint32_t at)
{
    return s->valid[k][at / 8] >> (at % 8) & 1;
}
@DECODE@
/* ---- stacking */

static float stacked(const @name@_stream *s, int row, uint32_t at)
{
    float count = s->count[at] > 0 ? (float)s->count[at] : 1;
    return @NAME@_MEAN ? s->sums[row][at] / count : s->sums[row][at];
}

/* Value number s->told is final: hand it on (a segment goes with both its neighbours). */
static void tell(@name@_stream *s, int beyond)
{
    uint32_t at = (uint32_t)(s->told % VALUE_RING);
    int k, j;
    for (k = 0; k < @NAME@_LABELS; k++) {
        @name@_decoder *d = &s->decoders[k];
        float p = beyond ? 0 : stacked(s, k, at);
        if (@NAME@_SEGMENTS) {
            for (j = 0; j < 2; j++)
                d->p[j] = d->p[j + 1], d->po[j] = d->po[j + 1];
            d->p[2] = p, d->po[2] = beyond ? 0 : stacked(s, @NAME@_ROWS - @NAME@_LABELS + k, at);
            if (s->told > 0) {
                double total = d->p[0] + d->p[1] + d->p[2];
                double moment = d->po[0] + d->po[1] + d->po[2] + @NAME@_SEGMENT * (d->p[2] - d->p[0]);
                float offset_s = (float)(moment / (total > 1e-12 ? total : 1e-12) / @NAME@_RATE_HZ);
                float value = s->seen_before ? (float)(total < 1 ? total : 1) : 0;
                look(s, d, s->told - 1, value, offset_s);
            }
        } else if (!beyond) {
            look(s, d, s->told, s->seen[at] ? p : 0, 0);
        }
    }
    s->seen_before = beyond ? 0 : s->seen[at];
    if (!beyond) {
        for (k = 0; k < @NAME@_ROWS; k++)
            s->sums[k][at] = 0;
        s->count[at] = s->seen[at] = 0;
    }
    s->told++;
}

static void activate(const float *logits, float *p)
{
    int k;
    float most = logits[0], sum = 0;
    for (k = 0; k < @NAME@_OUTPUTS; k++)
        most = logits[k] > most ? logits[k] : most;
    for (k = 0; k < @NAME@_OUTPUTS; k++) {
        float x = logits[k] < -60 ? -60 : logits[k] > 60 ? 60 : logits[k];
        p[k] = @NAME@_SOFTMAX ? expf(logits[k] - most) : @NAME@_SIGMOID ? 1 / (1 + expf(-x)) : logits[k];
        sum += p[k];
    }
    for (k = 0; @NAME@_SOFTMAX && k < @NAME@_OUTPUTS; k++)
        p[k] /= sum;
}

static void stack(void *to, int32_t t, const float *logits, const float *offset)
{
    @name@_stream *s = to;
    float p[@NAME@_OUTPUTS];
    uint64_t value = s->window / @NAME@_SEGMENT + (uint64_t)t;
    uint32_t at = (uint32_t)(value % VALUE_RING);
    int k, more = @NAME@_MEAN;
    activate(logits, p);
    if (@NAME@_PER_WINDOW) {
        for (k = 0; k < @NAME@_LABELS; k++)
            s->answer[k] = p[KEEP[k]];
        return;
    }
    if (t < s->left || t >= s->right || value < s->told || value * @NAME@_SEGMENT >= s->total)
        return;
    for (k = 0; k < @NAME@_LABELS; k++) {
        float new = p[KEEP[k]], carried = offset == NULL ? 0 : new * offset[0];
        more = @NAME@_MEAN || s->count[at] == 0 || new > s->sums[k][at];
        if (!more)
            continue;
        s->sums[k][at] = @NAME@_MEAN ? s->sums[k][at] + new : new;
        if (@NAME@_SEGMENTS) {
            float *sum = &s->sums[@NAME@_ROWS - @NAME@_LABELS + k][at];
            *sum = @NAME@_MEAN ? *sum + carried : carried;
        }
    }
    s->count[at]++;
}

/* ---- windows */

static void measure(@name@_stream *s)
{
    uint32_t i, whole_count = 0, counts[@NAME@_COMPONENTS];
    int k;
    float peak[@NAME@_COMPONENTS], whole = 0, most = 0;
    double power[@NAME@_COMPONENTS], whole_power = 0;
    for (k = 0; k < @NAME@_COMPONENTS; k++) {
        for (peak[k] = 0, counts[k] = 0, i = 0; i < @NAME@_SAMPLES; i++) {
            float a = fabsf(s->raw[k][i]);
            if (is_valid(s, k, i)) {
                counts[k]++;
                peak[k] = a > peak[k] ? a : peak[k];
            }
        }
        whole = peak[k] > whole ? peak[k] : whole;
    }
    for (k = 0; k < @NAME@_COMPONENTS; k++) {
        float top = @NAME@_BY_COMPONENT ? peak[k] : whole, high = 0;
        double sum = 0;
        int exponent = 0;
        (void)frexpf(top, &exponent);
        s->unit[k] = ldexpf(1, exponent - 1); /* a power of two: dividing rounds nothing */
        for (i = 0; i < @NAME@_SAMPLES; i++)
            if (is_valid(s, k, i))
                sum += s->raw[k][i] / s->unit[k];
        s->mean[k] = @NAME@_DEMEAN ? (float)(sum / (counts[k] > 0 ? counts[k] : 1)) : 0;
        for (power[k] = 0, i = 0; i < @NAME@_SAMPLES; i++)
            if (is_valid(s, k, i)) {
                float x = s->raw[k][i] / s->unit[k] - s->mean[k];
                power[k] += (double)x * x;
                high = fabsf(x) > high ? fabsf(x) : high;
            }
        if (power[k] > 0)
            whole_count += counts[k];
        whole_power += power[k];
        most = high > most ? high : most;
        s->scale[k] = @NAME@_STD ? (float)sqrt(power[k] / (counts[k] > 1 + LESS ? counts[k] - LESS : 1)) : high;
    }
    for (k = 0; k < @NAME@_COMPONENTS && !@NAME@_BY_COMPONENT; k++)
        s->scale[k] = @NAME@_STD ? (float)sqrt(whole_power / (whole_count > 1 + LESS ? whole_count - LESS : 1)) : most;
}

/* Column t of the window as the network wants it. */
static void column(void *from, int32_t t, float *y)
{
    @name@_stream *s = from;
    uint64_t sample = s->window + (uint64_t)t;
    uint32_t at = (uint32_t)(sample % @NAME@_SAMPLES);
    static const float tone[4] = {0, 1, 0, -1};
    int32_t from_end = t < @NAME@_SAMPLES / 2 ? t : @NAME@_SAMPLES - 1 - t;
    float rise = 1;
    int k;
    if (from_end < @NAME@_TAPER)
        rise = @NAME@_TAPER > 1 ? 0.5f - 0.5f * cosf(3.14159265f * (float)from_end / (@NAME@_TAPER - 1)) : 0;
    for (k = 0; k < @NAME@_COMPONENTS; k++) {
        y[k] = 0;
        if (sample < s->total && is_valid(s, k, at)) {
            float x = s->raw[k][at] / s->unit[k] - s->mean[k];
            if (@NAME@_SCALED)
                y[k] = s->scale[k] > 1e-6f ? x / s->scale[k] : 0;
            else
                y[k] = @NAME@_LOGISTIC ? tanhf(x * s->unit[k] / 2e4f) / 2 : x * s->unit[k];
            y[k] *= rise;
        }
    }
    if (@NAME@_TONE)
        y[0] += tone[t % 4];
}

static void run_window(@name@_stream *s, uint64_t first, int whole)
{
    uint32_t i, any = 0;
    int k;
    s->window = first;
    for (k = 0; k < @NAME@_COMPONENTS; k++)
        for (i = 0; i < sizeof s->valid[0]; i++)
            any |= s->valid[k][i];
    for (k = 0; k < @NAME@_LABELS; k++)
        s->answer[k] = 0;
    if (any) {
        measure(s);
        if (whole)
            s->left = first == 0 ? 0 : @NAME@_BLIND;
        @name@_forward(s->work, column, s, stack, s);
        s->windows++;
    }
    if (@NAME@_PER_WINDOW) {
        for (k = 0; k < @NAME@_LABELS; k++)
            look(s, &s->decoders[k], s->told, s->answer[k], 0);
        s->told++;
    }
}

/* ---- what a program calls */

int @name@_init(@name@_stream *s, @name@_work *w, double rate_hz, @name@_emit emit_pick, void *user)
{
    int k;
    if (s == NULL || w == NULL)
        return @NAME@_BAD_ARGUMENT;
    memset(s, 0, sizeof *s);
    s->work = w, s->emit = emit_pick, s->user = user;
    s->ended = 1;
    if (!(fabs(rate_hz / @NAME@_RATE_HZ - 1) <= 1e-4))
        return @NAME@_BAD_RATE;
    s->ended = 0;
    for (k = 0; k < @NAME@_LABELS; k++) {
        s->decoders[k].phase = PHASES[k];
        s->decoders[k].threshold = THRESHOLDS[k];
    }
    return @NAME@_OK;
}

/* One moment: what is not valid is a gap in that component. */
static void take(@name@_stream *s, const float *x, const unsigned char *good)
{
    uint32_t at = (uint32_t)(s->total % @NAME@_SAMPLES);
    uint32_t value = (uint32_t)(s->total / @NAME@_SEGMENT % VALUE_RING);
    int k;
    for (k = 0; k < @NAME@_COMPONENTS; k++) {
        unsigned char bit = (unsigned char)(1u << (at % 8));
        s->raw[k][at] = good[k] ? x[k] : 0;
        s->valid[k][at / 8] = (uint8_t)(good[k] ? s->valid[k][at / 8] | bit : s->valid[k][at / 8] & ~bit);
        if (!@NAME@_PER_WINDOW && good[k])
            s->seen[value] = 1;
    }
    s->total++;
    if (s->total == s->next + @NAME@_SAMPLES) {
        s->right = @NAME@_VALUES - @NAME@_BLIND;
        run_window(s, s->next, 1);
        s->next += @NAME@_HOP;
    }
    if (!@NAME@_PER_WINDOW && s->total > @NAME@_SAMPLES && (s->total - @NAME@_SAMPLES) % @NAME@_SEGMENT == 0)
        tell(s, 0);
}
@FILTER@
static int push(@name@_stream *s, const float *const f[], const int32_t *const n[], size_t count)
{
    size_t i;
    int k;
    if (s == NULL || s->work == NULL || (f == NULL && n == NULL))
        return @NAME@_BAD_ARGUMENT;
    if (s->ended)
        return @NAME@_ENDED;
    for (i = 0; i < count; i++) {
        float x[@NAME@_COMPONENTS];
        unsigned char good[@NAME@_COMPONENTS];
        for (k = 0; k < @NAME@_COMPONENTS; k++) {
            x[k] = 0;
            if (f != NULL && f[ORDER[k]] != NULL)
                x[k] = f[ORDER[k]][i];
            else if (n != NULL && n[ORDER[k]] != NULL)
                x[k] = (float)n[ORDER[k]][i];
            else
                x[k] = NAN;
            good[k] = isfinite(x[k]) ? 1 : 0;
        }
        @PUSH_ONE@(s, x, good);
    }
    return @NAME@_OK;
}

int @name@_push(@name@_stream *s, const float *const samples[], size_t count)
{
    return push(s, samples, NULL, count);
}

int @name@_push_counts(@name@_stream *s, const int32_t *const samples[], size_t count)
{
    return push(s, NULL, samples, count);
}

int @name@_gap(@name@_stream *s, uint64_t count)
{
    static const float nothing[@NAME@_COMPONENTS] = {0};
    static const unsigned char bad[@NAME@_COMPONENTS] = {0};
    const uint64_t quiet = 3 * (uint64_t)@NAME@_SAMPLES + @NAME@_HOP;
    uint64_t k, skip = 0;
    if (s == NULL || s->work == NULL)
        return @NAME@_BAD_ARGUMENT;
    if (s->ended)
        return @NAME@_ENDED;
    for (k = 0; k < count - skip; k++) {
        @PUSH_ONE@(s, nothing, bad);
        if (k == quiet) { /* nothing is left: the rest of a long gap in whole hops */
            skip = (count - k - 1) / @NAME@_HOP * @NAME@_HOP;
            s->total += skip, s->next += skip, s->told += skip / (@NAME@_PER_WINDOW ? @NAME@_HOP : @NAME@_SEGMENT);
        }
    }
    return @NAME@_OK;
}

int @name@_flush(@name@_stream *s)
{
    uint64_t last = 0, values, sample;
    int k;
    if (s == NULL || s->work == NULL)
        return @NAME@_BAD_ARGUMENT;
    if (s->ended)
        return @NAME@_ENDED;
    s->ended = 1;
    @RELEASE@if (s->total == 0)
        return @NAME@_OK;
    if (s->total > @NAME@_SAMPLES)
        last = (s->total - @NAME@_SAMPLES + @NAME@_ANCHOR - 1) / @NAME@_ANCHOR * @NAME@_ANCHOR;
    for (sample = s->total; sample < last + @NAME@_SAMPLES; sample++) /* beyond the end nothing is valid */
        for (k = 0; k < @NAME@_COMPONENTS; k++)
            s->valid[k][sample % @NAME@_SAMPLES / 8] &= (uint8_t)~(1u << (sample % @NAME@_SAMPLES % 8));
    s->right = @NAME@_VALUES;
    if (s->next == 0 || last + @NAME@_HOP != s->next) {
        run_window(s, last, 1);
    } else if (@NAME@_BLIND > 0) { /* that window was run, but its end counts now */
        s->left = @NAME@_VALUES - @NAME@_BLIND;
        run_window(s, last, 0);
    }
    values = (s->total + @NAME@_SEGMENT - 1) / @NAME@_SEGMENT;
    while (!@NAME@_PER_WINDOW && s->told < values)
        tell(s, 0);
    if (@NAME@_SEGMENTS)
        tell(s, 1);
    for (k = 0; k < @NAME@_LABELS; k++) {
        if (s->decoders[k].open)
            close_stretch(s, &s->decoders[k]);
        while (s->decoders[k].pending > 0)
            resolve(s, &s->decoders[k], s->decoders[k].pending);
    }
    return @NAME@_OK;
}
