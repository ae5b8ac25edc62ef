/* The callers of the benchmark: as many connections as wanted, each asking the same request; prints one line of JSON.
 *
 *   load PORT CONNECTIONS SECONDS RATE PER_CONNECTION <request
 *
 * RATE 0: each connection asks again as soon as it was answered; otherwise so many requests a second are begun over all of them.
 * PER_CONNECTION 0: until SECONDS are over; otherwise so many requests each, SECONDS being the longest it may take.
 * Latency: from sending the request to the end of the reply; first: to the first body byte; lag: from the moment an event was
 * made (it carries the monotonic clock after an @) to the moment it was read. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { READ_BYTES = 1 << 18, HEAD_BYTES = 8192, SAMPLES = 1 << 23, TAIL = 32 };

typedef struct {
  int fd, busy, in_body, chunked, status, done, size_digits;
  long long began, first, left; /* left: of the body, or of the present chunk */
  long asked, events;
  size_t head, tail, to_send;
  char head_bytes[HEAD_BYTES];
  char tail_bytes[TAIL];
} Caller;

static char request[1 << 20], input[READ_BYTES + TAIL];
static size_t request_length;
static Caller *callers;
static float *latency, *first, *lag;
static long latencies, firsts, lags, chunks, errors, late, connections;
static int poller;
static char first_error[300];

static long long now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void keep(float *where, long *count, double milliseconds) {
  if (*count < SAMPLES) where[(*count)++] = (float)milliseconds;
}

static void fail(Caller *c, const char *why) {
  errors++;
  if (!*first_error) snprintf(first_error, sizeof first_error, "%s, status %d", why, c->status);
  close(c->fd);
  c->fd = -1;
  c->busy = 0;
}

static void push(Caller *c) {
  while (c->to_send) {
    ssize_t n = send(c->fd, request + request_length - c->to_send, c->to_send, MSG_NOSIGNAL);
    if (n < 0) {
      if (errno != EAGAIN) fail(c, "hung up on while asking");
      return;
    }
    c->to_send -= (size_t)n;
  }
}

static void ask(Caller *c) {
  c->busy = 1;
  c->in_body = c->chunked = c->status = c->done = c->size_digits = 0;
  c->left = 0;
  c->head = c->tail = 0;
  c->first = 0;
  c->asked++;
  c->began = now();
  c->to_send = request_length;
  push(c);
}

/* Body bytes without their framing: find the clocks in them. */
static void take(Caller *c, char *data, size_t length, long long moment) {
  if (!c->first && length) {
    c->first = moment;
    keep(first, &firsts, (double)(moment - c->began) / 1e6);
  }
  if (!c->chunked) return;
  char joined[TAIL * 2];
  size_t lead = length < TAIL ? length : TAIL - 1;
  memcpy(joined, c->tail_bytes, c->tail);
  memcpy(joined + c->tail, data, lead);
  char *sources[2] = {joined, data};
  size_t lengths[2] = {c->tail + lead, length};
  for (int s = 0; s < 2; s++) {
    char *at = sources[s], *end = sources[s] + lengths[s];
    while ((at = memchr(at, '@', (size_t)(end - at)))) {
      int inside = s == 1 || (size_t)(at - joined) < c->tail; /* one that begins in the new bytes is found in them */
      if (end - at >= 17 && inside) {
        char digits[17] = {0};
        memcpy(digits, at + 1, 16);
        keep(lag, &lags, (double)(moment - (long long)strtoull(digits, NULL, 16)) / 1e6);
        chunks++;
        c->events++;
      }
      at++;
    }
  }
  size_t tail = 0; /* only a clock that is cut off at the end is kept */
  for (size_t back = 1; back <= 16 && back <= length; back++)
    if (data[length - back] == '@') tail = back;
  if (tail) memcpy(c->tail_bytes, data + length - tail, tail);
  else if (length < 17 && c->tail && c->tail + length < 17) {
    memcpy(c->tail_bytes + c->tail, data, length);
    tail = c->tail + length;
  }
  c->tail = tail;
}

static size_t take_head(Caller *c, char *data, size_t length) {
  size_t used = length < HEAD_BYTES - 1 - c->head ? length : HEAD_BYTES - 1 - c->head;
  memcpy(c->head_bytes + c->head, data, used);
  size_t before = c->head;
  c->head += used;
  c->head_bytes[c->head] = 0;
  char *end = strstr(c->head_bytes, "\r\n\r\n");
  if (!end) return length;
  end[2] = 0;
  c->in_body = 1;
  c->status = atoi(c->head_bytes + 9);
  char *declared = strcasestr(c->head_bytes, "\r\ncontent-length:");
  c->chunked = strcasestr(c->head_bytes, "\r\ntransfer-encoding: chunked") != NULL;
  c->left = declared ? atoll(declared + 17) : 0;
  return (size_t)(end + 4 - c->head_bytes) - before;
}

/* Reads chunked framing byte by byte at its lines and in one go within chunks. */
static void take_chunked(Caller *c, char *data, size_t length, long long moment) {
  for (size_t at = 0; at < length && !c->done;) {
    if (c->left > 2) {
      size_t part = (size_t)(c->left - 2) < length - at ? (size_t)(c->left - 2) : length - at;
      take(c, data + at, part, moment);
      at += part;
      c->left -= (long long)part;
    } else if (c->left > 0) { /* the CRLF after a chunk */
      c->left--;
      at++;
      c->size_digits = 0;
    } else { /* a size line; digits so far are kept in `size_digits` as value + 1 */
      char byte = data[at++];
      if (isxdigit((unsigned char)byte)) {
        int digit = isdigit((unsigned char)byte) ? byte - '0' : (tolower(byte) - 'a' + 10);
        c->size_digits = (c->size_digits ? c->size_digits - 1 : 0) * 16 + digit + 1;
      } else if (byte == '\n' && c->size_digits == 1) {
        c->size_digits = -1; /* the last chunk: an empty line follows */
      } else if (byte == '\n' && c->size_digits == -1) {
        c->done = 1;
      } else if (byte == '\n') {
        c->left = c->size_digits - 1 + 2;
      }
    }
  }
}

static void hear(Caller *c, int again) {
  for (;;) {
    ssize_t n = recv(c->fd, input, READ_BYTES, 0);
    if (n < 0 && errno == EAGAIN) return;
    if (n <= 0) {
      if (c->busy) fail(c, "hung up on");
      return;
    }
    long long moment = now();
    size_t used = c->in_body ? 0 : take_head(c, input, (size_t)n);
    if (!c->in_body) continue;
    if (c->status != 200) return fail(c, "refused");
    if (c->chunked) take_chunked(c, input + used, (size_t)n - used, moment);
    else {
      take(c, input + used, (size_t)n - used, moment);
      c->left -= (long long)((size_t)n - used);
      c->done = c->left <= 0;
    }
    if (!c->done) continue;
    keep(latency, &latencies, (double)(moment - c->began) / 1e6);
    c->busy = 0;
    if (again) ask(c);
    return;
  }
}

static int order(const void *a, const void *b) {
  float x = *(const float *)a, y = *(const float *)b;
  return x < y ? -1 : x > y;
}

static void say(const char *name, float *values, long count) {
  qsort(values, (size_t)count, sizeof *values, order);
  printf(", \"%s_p50\": %.4f, \"%s_p99\": %.4f, \"%s_max\": %.4f", name, count ? values[count / 2] : 0, name,
         count ? values[(long)((double)count * 0.99)] : 0, name, count ? values[count - 1] : 0);
}

static int open_to(int port) {
  struct sockaddr_in place = {.sin_family = AF_INET, .sin_port = htons((unsigned short)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;
  if (connect(fd, (struct sockaddr *)&place, sizeof place)) { perror("load: connect"); exit(1); }
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  fcntl(fd, F_SETFL, O_NONBLOCK);
  return fd;
}

int main(int count, char **given) {
  if (count != 6) return fprintf(stderr, "usage: load PORT CONNECTIONS SECONDS RATE PER_CONNECTION <request\n"), 2;
  connections = atol(given[2]);
  double seconds = atof(given[3]), rate = atof(given[4]);
  long each = atol(given[5]);
  request_length = fread(request, 1, sizeof request, stdin);
  callers = calloc((size_t)connections, sizeof *callers);
  latency = malloc(SAMPLES * sizeof *latency);
  first = malloc(SAMPLES * sizeof *first);
  lag = malloc(SAMPLES * sizeof *lag);
  poller = epoll_create1(0);
  for (long i = 0; i < connections; i++) {
    callers[i].fd = open_to(atoi(given[1]));
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLET, .data.u32 = (unsigned)i};
    epoll_ctl(poller, EPOLL_CTL_ADD, callers[i].fd, &event);
  }
  long long began = now(), until = began + (long long)(seconds * 1e9), next = began, step = rate > 0 ? (long long)(1e9 / rate) : 0;
  long turn = 0, open = connections;
  for (long i = 0; i < connections && !step; i++) ask(&callers[i]);
  struct epoll_event found[512];
  while (now() < until && open) {
    if (step && now() >= next && (!each || turn < each * connections)) {
      Caller *c = &callers[turn++ % connections];
      next += step;
      if (c->fd >= 0 && !c->busy) ask(c);
      else late++; /* its connection still waits for the reply before */
    }
    long long wait = step ? next - now() : 100000000;
    struct timespec patience = {wait > 0 ? wait / 1000000000 : 0, wait > 0 ? wait % 1000000000 : 0};
    int n = epoll_pwait2(poller, found, 512, &patience, NULL);
    for (int i = 0; i < n; i++) {
      Caller *c = &callers[found[i].data.u32];
      if (c->fd < 0) continue;
      if (c->to_send) push(c);
      if (c->fd >= 0) hear(c, !step && (!each || c->asked < each));
    }
    open = each ? 0 : connections;
    for (long i = 0; i < connections && each && !open; i++)
      open = callers[i].fd >= 0 && (callers[i].busy || callers[i].asked < each);
  }
  double spent = (double)(now() - began) / 1e9;
  long fewest = connections ? callers[0].events : 0, most = 0;
  for (long i = 0; i < connections; i++) {
    if (callers[i].events < fewest) fewest = callers[i].events;
    if (callers[i].events > most) most = callers[i].events;
  }
  printf("{\"seconds\": %.4f, \"done\": %ld, \"errors\": %ld, \"late\": %ld, \"chunks\": %ld, \"fewest\": %ld, \"most\": %ld", spent, latencies,
         errors, late, chunks, fewest, most);
  say("latency", latency, latencies);
  say("first", first, firsts);
  say("lag", lag, lags);
  printf(", \"error\": \"%s\"}\n", first_error);
  return 0;
}
