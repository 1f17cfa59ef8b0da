
/* ---- decoding: threshold to onset */

static void emit(@name@_stream *s, @name@_decoder *d, double seconds, float value)
{
    @name@_pick pick;
    pick.phase = d->phase;
    pick.sample = seconds * @NAME@_RATE_HZ + @NAME@_ONSET;
    pick.probability = value;
    s->picks++;
    if (s->emit != NULL)
        s->emit(s->user, &pick);
}

/* Of the first n candidates, the strongest first, those that are far enough from each other. */
static void resolve(@name@_stream *s, @name@_decoder *d, int n)
{
    unsigned char fate[@NAME@_PENDING] = {0}; /* 1 kept, 2 dropped */
    int k, j, best;
    for (;;) {
        for (best = -1, k = 0; k < n; k++)
            if (fate[k] == 0 && (best < 0 || d->value[k] > d->value[best]))
                best = k;
        if (best < 0)
            break;
        fate[best] = 1;
        for (j = 0; j < n; j++)
            if (fate[j] == 1 && j != best && fabs(d->seconds[best] - d->seconds[j]) < @NAME@_SEPARATION_S)
                fate[best] = 2;
    }
    for (k = 0; k < n; k++)
        if (fate[k] == 1)
            emit(s, d, d->seconds[k], d->value[k]);
    for (k = n; k < d->pending; k++) {
        d->seconds[k - n] = d->seconds[k];
        d->value[k - n] = d->value[k];
    }
    d->pending -= n;
}

/* Candidates that nothing to come can still touch are decided. */
static void settle(@name@_stream *s, @name@_decoder *d, double now_s)
{
    int n;
    for (n = d->pending; n > 0; n--) {
        if (now_s - @NAME@_MARGIN_S < d->seconds[n - 1] + @NAME@_SEPARATION_S)
            continue;
        if (n == d->pending || d->seconds[n] - d->seconds[n - 1] >= @NAME@_SEPARATION_S)
            break;
    }
    if (n > 0)
        resolve(s, d, n);
}

static void candidate(@name@_stream *s, @name@_decoder *d, double seconds, float value)
{
    int k;
    if (d->pending == @NAME@_PENDING) {
        s->crowded++;
        resolve(s, d, @NAME@_PENDING);
    }
    for (k = d->pending++; k > 0 && d->seconds[k - 1] > seconds; k--) {
        d->seconds[k] = d->seconds[k - 1];
        d->value[k] = d->value[k - 1];
    }
    d->seconds[k] = seconds;
    d->value[k] = value;
}

/* A stretch above the threshold is over: one onset, at its highest point. */
static void close_stretch(@name@_stream *s, @name@_decoder *d)
{
    double at = (double)d->best_at, shift = 0;
    d->open = 0;
    if (@NAME@_SEGMENTS) {
        candidate(s, d, at / @NAME@_CURVE_HZ + (double)d->best_offset_s, d->best);
        return;
    }
    shift = @NAME@_TRIGGER ? 0 : (d->flat - 1) / 2.0;
    if (!@NAME@_TRIGGER && d->flat == 1 && d->best_at > 0 && d->falling) {
        double left = d->left, middle = d->best, right = d->right, bend = left - 2 * middle + right;
        shift = bend < 0 ? 0.5 * (left - right) / bend : 0;
        shift = shift < -0.5 ? -0.5 : shift > 0.5 ? 0.5 : shift;
    }
    candidate(s, d, (at + shift) / @NAME@_CURVE_HZ, d->best);
}

static void look(@name@_stream *s, @name@_decoder *d, uint64_t at, float value, float offset_s)
{
    if (value >= (d->open ? @NAME@_OFF * d->threshold : d->threshold)) {
        if (!d->open || value > d->best) {
            d->open = 1, d->falling = 0, d->flat = 1;
            d->best = value, d->best_at = at, d->best_offset_s = offset_s;
            d->left = d->before;
        } else if (!d->falling) {
            if (value < d->best)
                d->falling = 1, d->right = value;
            else
                d->flat++;
        }
    } else if (d->open) {
        if (!d->falling)
            d->falling = 1, d->right = value;
        close_stretch(s, d);
    }
    d->before = value;
    if (d->pending > 0) /* an open stretch may still give an onset at its highest point so far */
        settle(s, d, (double)(d->open ? d->best_at : at) / @NAME@_CURVE_HZ);
}
