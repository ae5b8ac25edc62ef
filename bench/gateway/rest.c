/* What memory costs a process on this machine when it reads it again at once, and after it rested.
 *
 *     rest KIBIBYTES MILLISECONDS TIMES
 *
 * Walks cache lines in a random order, each naming the next, so that nothing can be fetched ahead. Prints the medians of both, in
 * nanoseconds a line. A server at light load rests before nearly every request. */
#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { LINE = 64 };

struct line {
    struct line *next;
    char rest[LINE - sizeof(struct line *)];
};

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static int compare(const void *left, const void *right) {
    double difference = *(const double *)left - *(const double *)right;
    return difference < 0 ? -1 : difference > 0;
}

static double median(struct line *first, size_t lines, long pause, int times, double *found) {
    for (int round = 0; round < times; round++) {
        struct timespec rest = {pause / 1000, pause % 1000 * 1000000};
        if (pause) nanosleep(&rest, NULL);
        struct line *at = first;
        double began = seconds();
        for (size_t step = 0; step < lines; step++) at = at->next;
        found[round] = seconds() - began + (at == NULL);
    }
    qsort(found, (size_t)times, sizeof *found, compare);
    return found[times / 2] * 1e9 / (double)lines;
}

int main(int count, char **words) {
    if (count != 4) return 2;
    size_t lines = (size_t)atol(words[1]) * 1024 / LINE;
    int times = atoi(words[3]);
    struct line *memory = aligned_alloc(4096, lines * LINE);
    size_t *order = malloc(lines * sizeof *order);
    double *found = malloc((size_t)times * sizeof *found);
    if (lines < 2 || times < 1 || !memory || !order || !found) return 1;
    for (size_t each = 0; each < lines; each++) order[each] = each;
    srandom(1);
    for (size_t each = lines - 1; each > 0; each--) {
        size_t other = (size_t)random() % (each + 1), kept = order[each];
        order[each] = order[other];
        order[other] = kept;
    }
    for (size_t each = 0; each < lines; each++) memory[order[each]].next = &memory[order[(each + 1) % lines]];
    median(memory, lines, 0, times, found);
    double warm = median(memory, lines, 0, times, found);
    printf("%.1f %.1f\n", warm, median(memory, lines, atol(words[2]), times, found));
    return 0;
}
