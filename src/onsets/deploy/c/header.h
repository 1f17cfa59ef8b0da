/* @MODEL@: phase picks from a stream of samples, in C99 with fixed memory.
 *
@NOTES@
 *
 * Use: one @name@_stream a station, one @name@_work for all of them; @name@_init, then @name@_push with packets of
 * any size, @name@_gap where samples are missing, @name@_flush at the end. Picks come through the callback.
 * Do not compile with -ffast-math: a NaN must stay one. Link with -lm.
 */
#ifndef @NAME@_H
#define @NAME@_H

#include <stddef.h>
#include <stdint.h>

@CONSTANTS@

/* What functions return. */
enum { @NAME@_OK = 0, @NAME@_BAD_ARGUMENT = -1, @NAME@_BAD_RATE = -2, @NAME@_ENDED = -3 };

typedef struct {
    char phase;        /* 'P' or 'S' */
    double sample;     /* since the first sample pushed; with a fraction */
    float probability;
} @name@_pick;

typedef void (*@name@_emit)(void *user, const @name@_pick *pick);

/* What the network needs while it runs; shared by all streams of one thread. */
typedef struct {
    uint32_t rings[@NAME@_RING_BYTES / 4];
    float in[2 * @NAME@_WIDEST], out[@NAME@_WIDEST];
    int32_t sum[@NAME@_WIDEST];
    int32_t made[@NAME@_VIEWS], told;
    int16_t path[@NAME@_VIEWS + 1], reader[@NAME@_VIEWS + 1];
} @name@_work;

typedef struct {
    char phase;
    unsigned char open, falling;
    int flat, pending;
    float threshold, best, best_offset_s, left, right, before;
    double p[3], po[3];
    uint64_t best_at;
    double seconds[@NAME@_PENDING];
    float value[@NAME@_PENDING];
} @name@_decoder;

/* One station. Read total, windows, picks and crowded; leave the rest alone. */
typedef struct {
    uint64_t total;    /* samples taken, gaps included@LATER@ */
    uint64_t windows;  /* run so far */
    uint64_t picks;    /* emitted so far */
    uint64_t crowded;  /* times when more than @NAME@_PENDING candidates waited for each other */
    @name@_work *work;
    @name@_emit emit;
    void *user;
    uint64_t next, told, window;
    int32_t left, right;
    unsigned char ended, seen_before;
    float unit[@NAME@_COMPONENTS], mean[@NAME@_COMPONENTS], scale[@NAME@_COMPONENTS];
    float answer[@NAME@_LABELS];
    @name@_decoder decoders[@NAME@_LABELS];
    float raw[@NAME@_COMPONENTS][@NAME@_SAMPLES];
    uint8_t valid[@NAME@_COMPONENTS][(@NAME@_SAMPLES + 7) / 8];
    float sums[@NAME@_ROWS][@NAME@_VALUES + 1];
    uint8_t count[@NAME@_VALUES + 1], seen[@NAME@_VALUES + 1];
@AHEAD@} @name@_stream;

/* Begin at sample 0. @NAME@_BAD_RATE unless the rate is @NAME@_RATE_HZ Hz; thresholds may be changed in decoders[]. */
int @name@_init(@name@_stream *stream, @name@_work *work, double rate_hz, @name@_emit emit, void *user);

/* Push count samples of each component, in the order @ORDER@. A NULL component is absent; NaN and infinity are gaps. */
int @name@_push(@name@_stream *stream, const float *const samples[], size_t count);
int @name@_push_counts(@name@_stream *stream, const int32_t *const samples[], size_t count);

/* Say that count samples are missing in all components. */
int @name@_gap(@name@_stream *stream, uint64_t count);

/* The record ends here: pick what is left. Call init to begin again. */
int @name@_flush(@name@_stream *stream);

/* The network alone, on a normalised window: source gives column t of the input, sink gets the logits of
 * column t and, for a network with segments, the onset's offset in samples (else NULL). */
typedef void (*@name@_source)(void *from, int32_t t, float *column);
typedef void (*@name@_sink)(void *to, int32_t t, const float *logits, const float *offset);
void @name@_forward(@name@_work *work, @name@_source source, void *from, @name@_sink sink, void *to);

#endif
