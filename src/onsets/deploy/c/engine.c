/* ------------------------------------------------------------------ network
 *
 * Values are columns: all channels of one moment. Each value has a ring of a few columns, as many as
 * its readers still need; a layer makes its next column as soon as its inputs have what it looks at. So
 * the network needs neither the normalised window nor whole feature maps in memory. */

enum { CONV, CONV_I8, CONV_UP, POOL, ADD, MUL, AFFINE, COPY, CONCAT, SLICE, PAD, RESIZE };
enum { NONE, RELU, LEAKY, ELU, SIGMOID, TANH, ERF };

typedef struct {
    uint32_t at;       /* bytes from the start of the rings */
    uint16_t slots;    /* columns kept */
    uint16_t channels;
    uint16_t length;   /* columns in all */
    uint8_t bytes;     /* 4: float, 1: unsigned integers */
    uint8_t zero;
    float scale;
} view;

typedef struct {
    uint8_t kind, function;
    int16_t from, also, to;
    int32_t kernel, stride, dilation, before, groups;
    const void *weights;
    const float *bias;
    const float *scale; /* of each output channel, integers only */
    float slope;
} layer;

@TABLES@

static unsigned char *slot(@name@_work *w, const view *v, int32_t t)
{
    return (unsigned char *)w->rings + v->at + (size_t)(t % v->slots) * v->channels * v->bytes;
}

/* A column as floats: in place, or expanded into scratch. */
static const float *load(@name@_work *w, const view *v, int32_t t, float *scratch)
{
    const unsigned char *q = slot(w, v, t);
    int32_t c;
    if (v->bytes == 4)
        return (const float *)(const void *)q;
    for (c = 0; c < v->channels; c++)
        scratch[c] = (float)((int32_t)q[c] - v->zero) * v->scale;
    return scratch;
}

static float *start(@name@_work *w, const view *v, int32_t t)
{
    return v->bytes == 4 ? (float *)(void *)slot(w, v, t) : w->out;
}

static void finish(@name@_work *w, const view *v, int32_t t, float *y, const layer *p)
{
    int32_t c, n = v->channels;
    switch (p->function) {
    case RELU: for (c = 0; c < n; c++) y[c] = y[c] > 0 ? y[c] : 0; break;
    case LEAKY: for (c = 0; c < n; c++) y[c] = y[c] > 0 ? y[c] : p->slope * y[c]; break;
    case ELU: for (c = 0; c < n; c++) y[c] = y[c] > 0 ? y[c] : p->slope * expm1f(y[c]); break;
    case SIGMOID: for (c = 0; c < n; c++) y[c] = 1 / (1 + expf(-y[c])); break;
    case TANH: for (c = 0; c < n; c++) y[c] = tanhf(y[c]); break;
    case ERF: for (c = 0; c < n; c++) y[c] = erff(y[c]); break;
    default: break;
    }
    if (v->bytes == 1) {
        unsigned char *q = slot(w, v, t);
        for (c = 0; c < n; c++) {
            float r = rintf(y[c] / v->scale) + (float)v->zero;
            q[c] = (unsigned char)(r < 0 ? 0 : r > 255 ? 255 : r);
        }
    }
}

static void conv(@name@_work *w, const layer *p, const view *x, const view *v, int32_t t)
{
    const float *weights = p->weights, *column;
    float *y = start(w, v, t), a;
    int32_t inputs = x->channels, outputs = v->channels, j, c, o;
    int32_t fan = inputs / p->groups, share = outputs / p->groups;
    for (o = 0; o < outputs; o++)
        y[o] = p->bias[o];
    for (j = 0; j < p->kernel; j++, weights += (size_t)fan * outputs) {
        int32_t i = t * p->stride + j * p->dilation - p->before;
        if (i < 0 || i >= x->length)
            continue;
        column = load(w, x, i, w->in);
        if (p->groups == 1) {
            for (c = 0; c < inputs; c++)
                for (o = 0, a = column[c]; o < outputs; o++)
                    y[o] += a * weights[c * outputs + o];
        } else if (fan == 1 && share == 1) {
            for (o = 0; o < outputs; o++)
                y[o] += column[o] * weights[o];
        } else {
            for (c = 0; c < fan; c++)
                for (o = 0; o < outputs; o++)
                    y[o] += column[o / share * fan + c] * weights[c * outputs + o];
        }
    }
    finish(w, v, t, y, p);
}

static void conv_i8(@name@_work *w, const layer *p, const view *x, const view *v, int32_t t)
{
    const signed char *weights = p->weights;
    float *y = start(w, v, t);
    int32_t *sum = w->sum, inputs = x->channels, outputs = v->channels, j, c, o, a;
    int32_t fan = inputs / p->groups, share = outputs / p->groups;
    for (o = 0; o < outputs; o++)
        sum[o] = 0;
    for (j = 0; j < p->kernel; j++, weights += (size_t)fan * outputs) {
        int32_t i = t * p->stride + j * p->dilation - p->before;
        const unsigned char *column;
        if (i < 0 || i >= x->length)
            continue;
        column = slot(w, x, i);
        if (p->groups == 1) {
            for (c = 0; c < inputs; c++)
                for (o = 0, a = (int32_t)column[c] - x->zero; o < outputs; o++)
                    sum[o] += a * weights[c * outputs + o];
        } else {
            for (c = 0; c < fan; c++)
                for (o = 0; o < outputs; o++)
                    sum[o] += ((int32_t)column[o / share * fan + c] - x->zero) * weights[c * outputs + o];
        }
    }
    for (o = 0; o < outputs; o++)
        y[o] = (float)sum[o] * p->scale[o] + p->bias[o];
    finish(w, v, t, y, p);
}

static void conv_up(@name@_work *w, const layer *p, const view *x, const view *v, int32_t t)
{
    const float *weights = p->weights;
    float *y = start(w, v, t), a;
    int32_t inputs = x->channels, outputs = v->channels, j, c, o;
    for (o = 0; o < outputs; o++)
        y[o] = p->bias[o];
    for (j = 0; j < p->kernel; j++, weights += (size_t)inputs * outputs) {
        int32_t n = t + p->before - j * p->dilation;
        const float *column;
        if (n < 0 || n % p->stride != 0 || n / p->stride >= x->length)
            continue;
        column = load(w, x, n / p->stride, w->in);
        for (c = 0; c < inputs; c++)
            for (o = 0, a = column[c]; o < outputs; o++)
                y[o] += a * weights[c * outputs + o];
    }
    finish(w, v, t, y, p);
}

static void pool(@name@_work *w, const layer *p, const view *x, const view *v, int32_t t)
{
    float *y = start(w, v, t);
    int32_t j, c, first = 1;
    for (j = 0; j < p->kernel; j++) {
        int32_t i = t * p->stride + j * p->dilation - p->before;
        const float *column;
        if (i < 0 || i >= x->length)
            continue;
        column = load(w, x, i, w->in);
        for (c = 0; c < v->channels; c++)
            y[c] = first || column[c] > y[c] ? column[c] : y[c];
        first = 0;
    }
    finish(w, v, t, y, p);
}

/* Where between two input columns output column t lies, as a fraction up / down.
 * groups: 0 nearest, 1 ends on ends, 2 middles on middles. */
static void between(const layer *p, const view *x, const view *v, int32_t t, int64_t *up, int64_t *down)
{
    int64_t n = x->length, m = v->length;
    if (p->groups == 0) {
        *up = t * n, *down = m;
    } else if (p->groups == 1) {
        *up = t * (n - 1), *down = m > 1 ? m - 1 : 1;
    } else {
        *up = (2 * (int64_t)t + 1) * n - m, *down = 2 * m;
    }
    *up = *up < 0 ? 0 : *up;
}

static void resize(@name@_work *w, const layer *p, const view *x, const view *v, int32_t t)
{
    float *y = start(w, v, t), share;
    const float *a, *b;
    int32_t c, i;
    int64_t up, down;
    between(p, x, v, t, &up, &down);
    i = (int32_t)(up / down);
    share = p->groups == 0 ? 0 : (float)(up % down) / (float)down;
    a = load(w, x, i, w->in);
    b = load(w, x, share > 0 && i + 1 < x->length ? i + 1 : i, w->in + WIDEST);
    for (c = 0; c < v->channels; c++)
        y[c] = a[c] + share * (b[c] - a[c]);
    finish(w, v, t, y, p);
}

/* Layers that look at one column of each input. */
static void column_by_column(@name@_work *w, const layer *p, const view *x, const view *v, int32_t t)
{
    const view *z = p->also < 0 ? NULL : &VIEWS[p->also];
    float *y = start(w, v, t);
    int32_t c, n = v->channels, at = p->kind == SLICE ? t + p->before : p->kind == PAD ? t - p->before : t;
    const float *a = at < 0 || at >= x->length ? NULL : load(w, x, at, w->in);
    const float *b = z == NULL ? NULL : load(w, z, t, w->in + WIDEST), *factor = p->weights;
    switch (p->kind) {
    case ADD: for (c = 0; c < n; c++) y[c] = a[c] + b[c]; break;
    case MUL: for (c = 0; c < n; c++) y[c] = a[c] * b[c]; break;
    case AFFINE: for (c = 0; c < n; c++) y[c] = a[c] * factor[c] + p->bias[c]; break;
    case CONCAT: for (c = 0; c < n; c++) y[c] = c < x->channels ? a[c] : b[c - x->channels]; break;
    default: for (c = 0; c < n; c++) y[c] = a == NULL ? 0 : a[c]; break;
    }
    finish(w, v, t, y, p);
}
/* The last input column that output column t looks at. */
static int32_t last(const layer *p, const view *x, const view *v, int32_t t)
{
    int32_t i = t;
    int64_t up, down;
    switch (p->kind) {
    case CONV: case CONV_I8: case POOL:
        i = t * p->stride + (p->kernel - 1) * p->dilation - p->before; break;
    case CONV_UP: i = (t + p->before) / p->stride; break;
    case SLICE: i = t + p->before; break;
    case PAD: i = t - p->before; break;
    case RESIZE: between(p, x, v, t, &up, &down); i = (int32_t)((up + down - 1) / down); break;
    default: break;
    }
    return i < x->length ? i : x->length - 1;
}

/* Make the next column of a layer if its inputs have what it needs. */
static int step(@name@_work *w, const layer *p)
{
    const view *x = &VIEWS[p->from], *v = &VIEWS[p->to];
    int32_t t = w->made[p->to];
    if (t >= v->length || last(p, x, v, t) >= w->made[p->from] || (p->also >= 0 && t >= w->made[p->also]))
        return 0;
    switch (p->kind) {
    case CONV: conv(w, p, x, v, t); break;
    case CONV_I8: conv_i8(w, p, x, v, t); break;
    case CONV_UP: conv_up(w, p, x, v, t); break;
    case POOL: pool(w, p, x, v, t); break;
    case RESIZE: resize(w, p, x, v, t); break;
    default: column_by_column(w, p, x, v, t); break;
    }
    w->made[p->to]++;
    return 1;
}

/* A column of the input goes down to all who can use it before the next one: depth first, so that no
 * layer makes more than its readers take. */
static void descend(@name@_work *w, @name@_sink sink, void *to)
{
    int32_t depth = 0;
    w->path[0] = 0, w->reader[0] = FIRST_READER[0];
    while (depth >= 0) {
        int value = w->path[depth], k = w->reader[depth];
        if (k == FIRST_READER[value + 1]) {
            depth--;
        } else if (!step(w, &LAYERS[READERS[k]])) {
            w->reader[depth]++;
        } else {
            value = LAYERS[READERS[k]].to;
            for (; w->told < w->made[LOGITS]@ALSO_OFFSETS@; w->told++)
                sink(to, w->told, load(w, &VIEWS[LOGITS], w->told, w->in), @OFFSETS@);
            depth++;
            w->path[depth] = (int16_t)value, w->reader[depth] = FIRST_READER[value];
        }
    }
}

void @name@_forward(@name@_work *w, @name@_source source, void *from, @name@_sink sink, void *to)
{
    int32_t t;
    memset(w->made, 0, sizeof w->made);
    w->told = 0;
    for (t = 0; t < @NAME@_SAMPLES; t++) {
        source(from, t, start(w, &VIEWS[0], t));
        w->made[0]++;
        descend(w, sink, to);
    }
}
