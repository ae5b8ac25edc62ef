/* The engine of the benchmark: answers from memory at next to no cost, so that what stands in front of it is what is measured.
 *
 *   engine PORT
 *
 * What is wanted stands in the request's text, where every proxy passes it on: "plan=r;" one whole reply of about a kilobyte;
 * "plan=s,CHUNKS,MICROSECONDS,TOGETHER;" a stream of so many events, so far apart (0: as fast as it is taken), so many in one
 * write. Every event carries the monotonic clock in its text, so that the caller can tell how long it was on its way. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

enum { CONNECTIONS = 8192, REQUEST_BYTES = 1 << 16, OUT_BYTES = 1 << 15, TICK_NANOSECONDS = 1000000 };

typedef struct {
  int fd, active, place;
  long left, together;
  long long interval, due; /* nanoseconds */
  size_t held, out, out_sent;
  char request[REQUEST_BYTES];
  char reply[OUT_BYTES];
} Connection;

static Connection *table[CONNECTIONS];
static Connection *streams[CONNECTIONS];
static int stream_count, poller;
static const char last[] =
    "data: {\"id\":\"chatcmpl-sample\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"sample\","
    "\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n";
static char whole[4096];
static size_t whole_length;

static long long now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void make_whole(void) {
  char text[2048] = "", body[3072];
  for (int i = 0; i < 80; i++) strcat(text, "sample words ");
  int length = snprintf(body, sizeof body,
                        "{\"id\": \"chatcmpl-sample\", \"object\": \"chat.completion\", \"created\": 1, \"model\": \"sample\", "
                        "\"choices\": [{\"index\": 0, \"message\": {\"role\": \"assistant\", \"content\": \"%s\"}, "
                        "\"finish_reason\": \"stop\"}], \"usage\": {\"prompt_tokens\": 160, \"completion_tokens\": 160, "
                        "\"total_tokens\": 320}}", text);
  whole_length = (size_t)snprintf(whole, sizeof whole,
                                  "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", length, body);
}

static void drop(Connection *c) {
  if (c->active) {
    streams[c->place] = streams[--stream_count];
    streams[c->place]->place = c->place;
  }
  table[c->fd] = NULL;
  close(c->fd);
  free(c);
}

/* Sends what is held; 0 when all went, 1 when the peer must be waited for, -1 when it is gone. */
static int flush(Connection *c) {
  while (c->out_sent < c->out) {
    ssize_t n = send(c->fd, c->reply + c->out_sent, c->out - c->out_sent, MSG_NOSIGNAL);
    if (n < 0) return errno == EAGAIN ? 1 : -1;
    c->out_sent += (size_t)n;
  }
  c->out = c->out_sent = 0;
  return 0;
}

static void add_event(Connection *c) {
  char event[512];
  int n = snprintf(event, sizeof event,
                   "data: {\"id\":\"chatcmpl-sample\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"sample\","
                   "\"choices\":[{\"index\":0,\"delta\":{\"content\":\"@%016llx word\"},\"finish_reason\":null}]}\n\n", now());
  c->out += (size_t)sprintf(c->reply + c->out, "%x\r\n%s\r\n", n, event);
}

/* Says what is due; -1 when the peer is gone. A stream that ends leaves the connection fit for another request. */
static int say(Connection *c, long long moment) {
  for (;;) {
    int state = flush(c);
    if (state) return state < 0 ? -1 : 0;
    if (!c->active || (c->interval && c->due > moment)) return 0;
    for (long i = 0; i < c->together && c->left; i++, c->left--) add_event(c);
    c->due += c->interval;
    if (!c->left) {
      c->out += (size_t)sprintf(c->reply + c->out, "%zx\r\n%s\r\n0\r\n\r\n", sizeof last - 1, last);
      c->active = 0;
      streams[c->place] = streams[--stream_count];
      streams[c->place]->place = c->place;
    }
  }
}

/* The length of a whole request at the start of what is held; 0 when it is not whole yet. */
static size_t whole_request(Connection *c) {
  c->request[c->held] = 0;
  char *end = strstr(c->request, "\r\n\r\n");
  if (!end) return 0;
  size_t head = (size_t)(end - c->request) + 4;
  char *length = strcasestr(c->request, "\r\ncontent-length:");
  if (length && length < end) head += strtoul(length + 17, NULL, 10);
  else if (strcasestr(c->request, "transfer-encoding: chunked") && strncmp(c->request + c->held - 5, "0\r\n\r\n", 5)) return 0;
  else if (strcasestr(c->request, "transfer-encoding: chunked")) return c->held;
  return head <= c->held ? head : 0;
}

static int serve(Connection *c) {
  char *plan = strstr(c->request, "plan=");
  if (!plan) {
    c->out = (size_t)sprintf(c->reply, "HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\n{}");
  } else if (plan[5] == 's') {
    long long microseconds;
    sscanf(plan + 7, "%ld,%lld,%ld", &c->left, &microseconds, &c->together);
    c->interval = microseconds * 1000;
    c->due = now();
    c->out = (size_t)sprintf(c->reply, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n");
    c->active = 1;
    c->place = stream_count;
    streams[stream_count++] = c;
    return say(c, now());
  } else {
    memcpy(c->reply, whole, c->out = whole_length);
  }
  return flush(c) < 0 ? -1 : 0;
}

static int hear(Connection *c) {
  for (;;) {
    if (c->held >= REQUEST_BYTES - 1) return -1;
    ssize_t n = recv(c->fd, c->request + c->held, REQUEST_BYTES - 1 - c->held, 0);
    if (n == 0 || (n < 0 && errno != EAGAIN)) return -1;
    if (n < 0) return 0;
    c->held += (size_t)n;
    size_t used = whole_request(c);
    if (!used) continue;
    int state = serve(c);
    c->held -= used;
    memmove(c->request, c->request + used, c->held);
    return state;
  }
}

static void welcome(int listener) {
  for (int fd, on = 1; (fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0;) {
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    Connection *c = fd < CONNECTIONS ? calloc(1, sizeof *c) : NULL;
    if (!c) { close(fd); continue; }
    c->fd = fd;
    table[fd] = c;
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLET, .data.fd = fd};
    epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event);
  }
}

static int listen_on(int port) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), on = 1;
  struct sockaddr_in place = {.sin_family = AF_INET, .sin_port = htons((unsigned short)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind(fd, (struct sockaddr *)&place, sizeof place) || listen(fd, 4096)) { perror("engine: listen"); exit(1); }
  return fd;
}

int main(int count, char **given) {
  if (count != 2) return fprintf(stderr, "usage: engine PORT\n"), 2;
  signal(SIGPIPE, SIG_IGN);
  make_whole();
  int listener = listen_on(atoi(given[1])), ticker = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
  struct itimerspec tick = {{0, TICK_NANOSECONDS}, {0, TICK_NANOSECONDS}};
  timerfd_settime(ticker, 0, &tick, NULL);
  poller = epoll_create1(0);
  struct epoll_event event = {.events = EPOLLIN, .data.fd = listener};
  epoll_ctl(poller, EPOLL_CTL_ADD, listener, &event);
  event.data.fd = ticker;
  epoll_ctl(poller, EPOLL_CTL_ADD, ticker, &event);
  puts("ready");
  fflush(stdout);
  struct epoll_event found[256];
  for (;;) {
    int n = epoll_wait(poller, found, 256, -1);
    for (int i = 0; i < n; i++) {
      int fd = found[i].data.fd;
      Connection *c = table[fd];
      if (fd == listener) welcome(listener);
      else if (fd == ticker) {
        unsigned long long ticks;
        if (read(ticker, &ticks, sizeof ticks) < 0) continue;
        long long moment = now();
        for (int at = stream_count - 1; at >= 0; at--)
          if (streams[at]->interval && streams[at]->due <= moment) {
            Connection *stream = streams[at];
            if (say(stream, moment) < 0) drop(stream);
          }
      } else if (c && ((found[i].events & (EPOLLERR | EPOLLHUP)) || hear(c) < 0 || say(c, now()) < 0)) drop(c);
    }
  }
}
