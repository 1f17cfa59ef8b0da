/* Runs the picker by commands on standard input, so that it can be compared with other programs.
 * A command is a letter and a count of 8 bytes, then data:
 *   r begin at a rate (8 bytes)      p push floats, component by component    i the same, 32-bit integers
 *   g gap                            e end of the record                      m sizes of the two structures
 *   n run the network on normalised windows    t run it so many times on zeros and say how long it took */
#include "@name@.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static @name@_stream stream;
static @name@_work work;

static void tell(void *user, const @name@_pick *pick)
{
    (void)user;
    printf("pick %c %.17g %.9g\n", pick->phase, pick->sample, (double)pick->probability);
}

static void column(void *from, int32_t t, float *y)
{
    const float *window = from;
    int k;
    for (k = 0; k < @NAME@_COMPONENTS; k++)
        y[k] = window == NULL ? 0 : window[(size_t)k * @NAME@_SAMPLES + (size_t)t];
}

static void show(void *to, int32_t t, const float *logits, const float *offset)
{
    int k;
    (void)t;
    if (to == NULL)
        return;
    for (k = 0; k < @NAME@_OUTPUTS; k++)
        printf("%.9g ", (double)logits[k]);
    printf("%.9g\n", offset == NULL ? 0.0 : (double)offset[0]);
}

static void *take(size_t count, size_t size)
{
    void *data = malloc(count > 0 ? count * size : 1);
    if (data == NULL || fread(data, size, count, stdin) != count)
        exit(2);
    return data;
}

int main(void)
{
    uint64_t count;
    double rate = @NAME@_RATE_HZ;
    int letter, code = @name@_init(&stream, &work, rate, tell, NULL), k;
    while ((letter = getchar()) != EOF) {
        if (fread(&count, 8, 1, stdin) != 1)
            return 2;
        if (letter == 'r') {
            if (fread(&rate, 8, 1, stdin) != 1)
                return 2;
            code = @name@_init(&stream, &work, rate, tell, NULL);
        } else if (letter == 'p') {
            float *data = take((size_t)count * @NAME@_COMPONENTS, 4);
            const float *rows[@NAME@_COMPONENTS];
            for (k = 0; k < @NAME@_COMPONENTS; k++)
                rows[k] = data + (size_t)k * count;
            code = @name@_push(&stream, rows, (size_t)count);
            free(data);
        } else if (letter == 'i') {
            int32_t *data = take((size_t)count * @NAME@_COMPONENTS, 4);
            const int32_t *rows[@NAME@_COMPONENTS];
            for (k = 0; k < @NAME@_COMPONENTS; k++)
                rows[k] = data + (size_t)k * count;
            code = @name@_push_counts(&stream, rows, (size_t)count);
            free(data);
        } else if (letter == 'g') {
            code = @name@_gap(&stream, count);
        } else if (letter == 'e') {
            code = @name@_flush(&stream);
        } else if (letter == 'm') {
            printf("sizes %lu %lu\n", (unsigned long)sizeof stream, (unsigned long)sizeof work);
        } else if (letter == 'n') {
            for (; count > 0; count--) {
                float *data = take((size_t)@NAME@_COMPONENTS * @NAME@_SAMPLES, 4);
                @name@_forward(&work, column, data, show, stdout);
                free(data);
            }
        } else if (letter == 't') {
            clock_t began = clock();
            for (k = 0; k < (int)count; k++)
                @name@_forward(&work, column, NULL, show, NULL);
            printf("seconds %.9g\n", (double)(clock() - began) / CLOCKS_PER_SEC);
        } else {
            return 2;
        }
        if (code != @NAME@_OK)
            printf("code %d\n", code);
        code = @NAME@_OK;
    }
    return 0;
}
