// What Node.js lacks of the kernel: sockets of any family with options and control data, a timer on CLOCK_MONOTONIC,
// real-time signals, scheduling of a thread, ambient capabilities, named pipes. It moves octets and knows no protocol; numbers
// and structures are the caller's.
// Everything is synchronous and non-blocking. A system call that fails throws an Error with code, errno (negative, as in
// Node.js) and syscall; "would block" is never an error.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/filter.h>
#include <node_api.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <unistd.h>
#include <uv.h>

#define MOST_ARGUMENTS 3
#define CONTROL_SIZE 512
#define BATCH 64

typedef enum { SOCKET, TIMER, SIGNALS } Kind;

// The memory is freed when both the JavaScript object and the poll handle are gone, whichever goes last.
typedef struct {
  Kind kind;
  int fd;        // -1 once closed
  bool wrapped;  // the JavaScript object lives
  bool polled;   // libuv knows the handle: from uv_poll_init to the callback of uv_close
  uv_poll_t poll;
  napi_env env;
  napi_ref self;  // while watched, the object is not collected
  napi_ref callback;
  napi_async_context context;
  napi_async_cleanup_hook_handle cleanup;
} Descriptor;

typedef struct {
  napi_env env;
  Descriptor *descriptor;
  size_t count;
  napi_value values[MOST_ARGUMENTS];
} Arguments;

typedef struct {
  void *data;
  size_t length;
} Octets;

// Signals belong to the process, so there is at most one Signals object.
static struct sigaction previous_action[_NSIG];
static atomic_bool caught[_NSIG];
static atomic_bool pending[_NSIG];
static atomic_int signal_fd = -1;

static napi_value throw_errno(napi_env env, int number, const char *syscall) {
  char code[32], text[96], message[192];
  napi_value error, value;
  uv_err_name_r(-number, code, sizeof code);
  uv_strerror_r(-number, text, sizeof text);
  snprintf(message, sizeof message, "%s: %s, %s", code, text, syscall);
  napi_create_string_utf8(env, code, NAPI_AUTO_LENGTH, &value);
  napi_create_string_utf8(env, message, NAPI_AUTO_LENGTH, &error);
  napi_create_error(env, value, error, &error);
  napi_create_int32(env, -number, &value);
  napi_set_named_property(env, error, "errno", value);
  napi_create_string_utf8(env, syscall, NAPI_AUTO_LENGTH, &value);
  napi_set_named_property(env, error, "syscall", value);
  napi_throw(env, error);
  return NULL;
}

static bool arguments(napi_env env, napi_callback_info info, Arguments *out) {
  napi_value self;
  out->env = env;
  out->count = MOST_ARGUMENTS;
  if (napi_get_cb_info(env, info, &out->count, out->values, &self, NULL) != napi_ok) return false;
  if (napi_unwrap(env, self, (void **)&out->descriptor) != napi_ok) {
    napi_throw_type_error(env, NULL, "not an open descriptor");
    return false;
  }
  if (out->descriptor->fd < 0) return throw_errno(env, EBADF, "closed"), false;
  return true;
}

static bool is_absent(napi_env env, napi_value value) {
  napi_valuetype type;
  return napi_typeof(env, value, &type) != napi_ok || type == napi_undefined || type == napi_null;
}

static bool get_int(napi_env env, napi_value value, int *out) {
  if (napi_get_value_int32(env, value, out) == napi_ok) return true;
  napi_throw_type_error(env, NULL, "a number was expected");
  return false;
}

static bool get_octets(napi_env env, napi_value value, Octets *out) {
  napi_typedarray_type type;
  bool is_array = false;
  if (napi_is_typedarray(env, value, &is_array) == napi_ok && is_array &&
      napi_get_typedarray_info(env, value, &type, &out->length, &out->data, NULL, NULL) == napi_ok &&
      type == napi_uint8_array)
    return true;
  napi_throw_type_error(env, NULL, "a Uint8Array was expected");
  return false;
}

static void release(Descriptor *d) {
  if (!d->wrapped && !d->polled) free(d);
}

static void on_poll_closed(uv_handle_t *handle) {
  Descriptor *d = handle->data;
  d->polled = false;
  if (d->cleanup != NULL) napi_remove_async_cleanup_hook(d->cleanup);
  release(d);
}

static void restore_signals(void) {
  for (int number = 1; number < _NSIG; number++) {
    if (atomic_exchange(&caught[number], false)) sigaction(number, &previous_action[number], NULL);
    atomic_store(&pending[number], false);
  }
  atomic_store(&signal_fd, -1);
}

static void close_descriptor(Descriptor *d) {
  if (d->fd < 0) return;
  if (d->kind == SIGNALS) restore_signals();
  if (d->polled) {
    uv_close((uv_handle_t *)&d->poll, on_poll_closed);
    napi_delete_reference(d->env, d->callback);
    napi_delete_reference(d->env, d->self);
    napi_async_destroy(d->env, d->context);
  }
  close(d->fd);
  d->fd = -1;
}

static void on_collected(napi_env env, void *data, void *hint) {
  (void)env, (void)hint;
  Descriptor *d = data;
  close_descriptor(d);
  d->wrapped = false;
  release(d);
}

// The environment (a thread or the process) ends while the descriptor is watched.
static void on_environment_end(napi_async_cleanup_hook_handle handle, void *data) {
  (void)handle;
  close_descriptor(data);
}

// NULL after a throw; the file descriptor is closed then.
static Descriptor *adopt(napi_env env, napi_value self, Kind kind, int fd) {
  Descriptor *d = calloc(1, sizeof *d);
  if (d == NULL) return close(fd), throw_errno(env, ENOMEM, "calloc"), NULL;
  *d = (Descriptor){.kind = kind, .fd = fd, .env = env, .wrapped = true};
  if (napi_wrap(env, self, d, on_collected, NULL, NULL) == napi_ok) return d;
  close(fd);
  free(d);
  napi_throw_error(env, NULL, "napi_wrap failed");
  return NULL;
}

static void on_poll(uv_poll_t *poll, int status, int events) {
  (void)events;
  Descriptor *d = poll->data;
  napi_env env = d->env;
  napi_handle_scope scope;
  napi_value self, callback, error;
  uint64_t count;
  // libuv ends the watch on POLLERR; a receive queue that overran must still be read.
  if (status < 0) uv_poll_start(poll, UV_READABLE, on_poll);
  if (d->kind != SOCKET && read(d->fd, &count, sizeof count) < 0) return;
  if (napi_open_handle_scope(env, &scope) != napi_ok) return;
  if (napi_get_reference_value(env, d->self, &self) == napi_ok &&
      napi_get_reference_value(env, d->callback, &callback) == napi_ok &&
      napi_make_callback(env, d->context, self, callback, 0, NULL, NULL) == napi_pending_exception &&
      napi_get_and_clear_last_exception(env, &error) == napi_ok)
    napi_fatal_exception(env, error);
  napi_close_handle_scope(env, scope);
}

static napi_value watch(napi_env env, napi_callback_info info) {
  Arguments a;
  napi_valuetype type;
  napi_value self, name;
  uv_loop_t *loop;
  int rc;
  if (!arguments(env, info, &a)) return NULL;
  Descriptor *d = a.descriptor;
  if (napi_typeof(env, a.values[0], &type) != napi_ok || type != napi_function)
    return napi_throw_type_error(env, NULL, "a function was expected"), NULL;
  if (d->polled) return throw_errno(env, EALREADY, "watch");
  napi_get_cb_info(env, info, NULL, NULL, &self, NULL);
  napi_get_uv_event_loop(env, &loop);
  if ((rc = uv_poll_init(loop, &d->poll, d->fd)) < 0) return throw_errno(env, -rc, "uv_poll_init");
  d->poll.data = d;
  d->polled = true;
  napi_create_string_utf8(env, "vrrpd watch", NAPI_AUTO_LENGTH, &name);
  napi_async_init(env, NULL, name, &d->context);
  napi_create_reference(env, a.values[0], 1, &d->callback);
  napi_create_reference(env, self, 1, &d->self);
  napi_add_async_cleanup_hook(env, on_environment_end, d, &d->cleanup);
  if ((rc = uv_poll_start(&d->poll, UV_READABLE, on_poll)) < 0) return throw_errno(env, -rc, "uv_poll_start");
  return NULL;
}

static napi_value close_method(napi_env env, napi_callback_info info) {
  napi_value self;
  Descriptor *d;
  if (napi_get_cb_info(env, info, NULL, NULL, &self, NULL) == napi_ok &&
      napi_unwrap(env, self, (void **)&d) == napi_ok)
    close_descriptor(d);
  return NULL;
}

static napi_value new_socket(napi_env env, napi_callback_info info) {
  napi_value values[3], self;
  size_t count = 3;
  int domain, type, protocol;
  napi_get_cb_info(env, info, &count, values, &self, NULL);
  if (!get_int(env, values[0], &domain) || !get_int(env, values[1], &type) || !get_int(env, values[2], &protocol))
    return NULL;
  int fd = socket(domain, type | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol);
  if (fd < 0) return throw_errno(env, errno, "socket");
  return adopt(env, self, SOCKET, fd) == NULL ? NULL : self;
}

static napi_value set_option(napi_env env, napi_callback_info info) {
  Arguments a;
  int level, option, number;
  napi_valuetype type;
  if (!arguments(env, info, &a) || !get_int(env, a.values[0], &level) || !get_int(env, a.values[1], &option))
    return NULL;
  Octets value = {&number, sizeof number};
  if (napi_typeof(env, a.values[2], &type) == napi_ok && type == napi_number) {
    if (!get_int(env, a.values[2], &number)) return NULL;
  } else if (!get_octets(env, a.values[2], &value)) {
    return NULL;
  }
  if (setsockopt(a.descriptor->fd, level, option, value.data, value.length) < 0)
    return throw_errno(env, errno, "setsockopt");
  return NULL;
}

static napi_value get_option(napi_env env, napi_callback_info info) {
  Arguments a;
  int level, option;
  char value[256];
  socklen_t length = sizeof value;
  napi_value result = NULL;
  if (!arguments(env, info, &a) || !get_int(env, a.values[0], &level) || !get_int(env, a.values[1], &option))
    return NULL;
  if (getsockopt(a.descriptor->fd, level, option, value, &length) < 0) return throw_errno(env, errno, "getsockopt");
  napi_create_buffer_copy(env, length, value, NULL, &result);
  return result;
}

// SO_ATTACH_FILTER: the octets are those of an array of struct sock_filter.
static napi_value attach_filter(napi_env env, napi_callback_info info) {
  Arguments a;
  Octets program;
  if (!arguments(env, info, &a) || !get_octets(env, a.values[0], &program)) return NULL;
  size_t count = program.length / sizeof(struct sock_filter);
  if (count > BPF_MAXINSNS) return throw_errno(env, EINVAL, "setsockopt");
  struct sock_fprog value = {.len = (unsigned short)count, .filter = program.data};
  if (setsockopt(a.descriptor->fd, SOL_SOCKET, SO_ATTACH_FILTER, &value, sizeof value) < 0)
    return throw_errno(env, errno, "setsockopt");
  return NULL;
}

static napi_value bind_method(napi_env env, napi_callback_info info) {
  Arguments a;
  Octets name;
  if (!arguments(env, info, &a) || !get_octets(env, a.values[0], &name)) return NULL;
  if (bind(a.descriptor->fd, name.data, name.length) < 0) return throw_errno(env, errno, "bind");
  return NULL;
}

static napi_value local_name(napi_env env, napi_callback_info info) {
  Arguments a;
  struct sockaddr_storage name;
  socklen_t length = sizeof name;
  napi_value result = NULL;
  if (!arguments(env, info, &a)) return NULL;
  if (getsockname(a.descriptor->fd, (struct sockaddr *)&name, &length) < 0)
    return throw_errno(env, errno, "getsockname");
  napi_create_buffer_copy(env, length, &name, NULL, &result);
  return result;
}

// An array of [level, type, octets] becomes control messages in `space`; its length comes back, -1 after a throw.
static int put_control(napi_env env, napi_value list, char *space, size_t size) {
  struct msghdr header = {.msg_control = space, .msg_controllen = size};
  struct cmsghdr *message = CMSG_FIRSTHDR(&header);
  size_t used = 0;
  uint32_t count = 0;
  if (napi_get_array_length(env, list, &count) != napi_ok)
    return napi_throw_type_error(env, NULL, "an array of [level, type, octets] was expected"), -1;
  memset(space, 0, size);
  for (uint32_t i = 0; i < count; i++, message = CMSG_NXTHDR(&header, message)) {
    napi_value entry, parts[3] = {NULL};
    Octets octets;
    int level, type;
    napi_get_element(env, list, i, &entry);
    for (uint32_t part = 0; part < 3; part++) napi_get_element(env, entry, part, &parts[part]);
    if (!get_int(env, parts[0], &level) || !get_int(env, parts[1], &type) || !get_octets(env, parts[2], &octets))
      return -1;
    if (octets.length > size || used + CMSG_SPACE(octets.length) > size || message == NULL)
      return throw_errno(env, ENOBUFS, "sendmsg"), -1;
    message->cmsg_level = level;
    message->cmsg_type = type;
    message->cmsg_len = CMSG_LEN(octets.length);
    memcpy(CMSG_DATA(message), octets.data, octets.length);
    used += CMSG_SPACE(octets.length);
  }
  return (int)used;
}

static napi_value send_method(napi_env env, napi_callback_info info) {
  Arguments a;
  Octets data, name = {NULL, 0};
  _Alignas(struct cmsghdr) char control[CONTROL_SIZE];
  napi_value result = NULL;
  if (!arguments(env, info, &a) || !get_octets(env, a.values[0], &data)) return NULL;
  if (!is_absent(env, a.values[1]) && !get_octets(env, a.values[1], &name)) return NULL;
  int used = is_absent(env, a.values[2]) ? 0 : put_control(env, a.values[2], control, sizeof control);
  if (used < 0) return NULL;
  struct iovec part = {data.data, data.length};
  struct msghdr header = {.msg_name = name.data,
                          .msg_namelen = name.length,
                          .msg_iov = &part,
                          .msg_iovlen = 1,
                          .msg_control = used > 0 ? control : NULL,
                          .msg_controllen = used};
  ssize_t sent = sendmsg(a.descriptor->fd, &header, MSG_NOSIGNAL);
  if (sent < 0) return errno == EAGAIN ? NULL : throw_errno(env, errno, "sendmsg");
  napi_create_int64(env, sent, &result);
  return result;
}

// Sends from the start of the list until one does not go; how many went. Throws only when not even the first one went.
static napi_value send_many(napi_env env, napi_callback_info info) {
  Arguments a;
  Octets data, name = {NULL, 0};
  uint32_t count = 0, sent = 0;
  struct iovec parts[BATCH];
  struct mmsghdr headers[BATCH];
  napi_value result = NULL;
  if (!arguments(env, info, &a)) return NULL;
  if (napi_get_array_length(env, a.values[0], &count) != napi_ok)
    return napi_throw_type_error(env, NULL, "an array of Uint8Array was expected"), NULL;
  if (!is_absent(env, a.values[1]) && !get_octets(env, a.values[1], &name)) return NULL;
  while (sent < count) {
    unsigned batch = count - sent < BATCH ? count - sent : BATCH;
    for (unsigned i = 0; i < batch; i++) {
      napi_value element = NULL;
      napi_get_element(env, a.values[0], sent + i, &element);
      if (!get_octets(env, element, &data)) return NULL;
      parts[i] = (struct iovec){data.data, data.length};
      headers[i] = (struct mmsghdr){
          .msg_hdr = {.msg_name = name.data, .msg_namelen = name.length, .msg_iov = &parts[i], .msg_iovlen = 1}};
    }
    int went = sendmmsg(a.descriptor->fd, headers, batch, MSG_NOSIGNAL);
    if (went < 0 && errno != EAGAIN && sent == 0) return throw_errno(env, errno, "sendmmsg");
    if (went > 0) sent += went;
    if (went < (int)batch) break;
  }
  napi_create_uint32(env, sent, &result);
  return result;
}

// {length, flags, source, control: [level, type, octets][]}
static napi_value received(napi_env env, struct msghdr *header, size_t length) {
  napi_value result, value, list, entry;
  uint32_t count = 0;
  napi_create_object(env, &result);
  napi_create_int64(env, (int64_t)length, &value);
  napi_set_named_property(env, result, "length", value);
  napi_create_int32(env, header->msg_flags, &value);
  napi_set_named_property(env, result, "flags", value);
  napi_create_buffer_copy(env, header->msg_namelen, header->msg_name, NULL, &value);
  napi_set_named_property(env, result, "source", value);
  napi_create_array(env, &list);
  for (struct cmsghdr *message = CMSG_FIRSTHDR(header); message != NULL; message = CMSG_NXTHDR(header, message)) {
    napi_create_array_with_length(env, 3, &entry);
    napi_create_int32(env, message->cmsg_level, &value);
    napi_set_element(env, entry, 0, value);
    napi_create_int32(env, message->cmsg_type, &value);
    napi_set_element(env, entry, 1, value);
    napi_create_buffer_copy(env, message->cmsg_len - CMSG_LEN(0), CMSG_DATA(message), NULL, &value);
    napi_set_element(env, entry, 2, value);
    napi_set_element(env, list, count++, entry);
  }
  napi_set_named_property(env, result, "control", list);
  return result;
}

static napi_value receive(napi_env env, napi_callback_info info) {
  Arguments a;
  Octets data;
  struct sockaddr_storage name;
  _Alignas(struct cmsghdr) char control[CONTROL_SIZE];
  if (!arguments(env, info, &a) || !get_octets(env, a.values[0], &data)) return NULL;
  struct iovec part = {data.data, data.length};
  struct msghdr header = {.msg_name = &name,
                          .msg_namelen = sizeof name,
                          .msg_iov = &part,
                          .msg_iovlen = 1,
                          .msg_control = control,
                          .msg_controllen = sizeof control};
  ssize_t length = recvmsg(a.descriptor->fd, &header, 0);
  if (length < 0) return errno == EAGAIN ? NULL : throw_errno(env, errno, "recvmsg");
  return received(env, &header, (size_t)length);
}

// One datagram into each of at most BATCH buffers; an array as long as the datagrams that were there.
static napi_value receive_many(napi_env env, napi_callback_info info) {
  Arguments a;
  Octets data;
  uint32_t count = 0;
  struct iovec parts[BATCH];
  struct mmsghdr headers[BATCH];
  struct sockaddr_storage names[BATCH];
  _Alignas(struct cmsghdr) char control[BATCH][CONTROL_SIZE];
  napi_value result;
  if (!arguments(env, info, &a)) return NULL;
  if (napi_get_array_length(env, a.values[0], &count) != napi_ok)
    return napi_throw_type_error(env, NULL, "an array of Uint8Array was expected"), NULL;
  if (count > BATCH) count = BATCH;
  for (uint32_t i = 0; i < count; i++) {
    napi_value element = NULL;
    napi_get_element(env, a.values[0], i, &element);
    if (!get_octets(env, element, &data)) return NULL;
    parts[i] = (struct iovec){data.data, data.length};
    headers[i] = (struct mmsghdr){.msg_hdr = {.msg_name = &names[i],
                                              .msg_namelen = sizeof names[i],
                                              .msg_iov = &parts[i],
                                              .msg_iovlen = 1,
                                              .msg_control = control[i],
                                              .msg_controllen = CONTROL_SIZE}};
  }
  int came = recvmmsg(a.descriptor->fd, headers, count, 0, NULL);
  if (came < 0 && errno != EAGAIN) return throw_errno(env, errno, "recvmmsg");
  napi_create_array(env, &result);
  for (int i = 0; i < came; i++)
    napi_set_element(env, result, i, received(env, &headers[i].msg_hdr, headers[i].msg_len));
  return result;
}

static napi_value new_timer(napi_env env, napi_callback_info info) {
  napi_value self;
  napi_get_cb_info(env, info, NULL, NULL, &self, NULL);
  int fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
  if (fd < 0) return throw_errno(env, errno, "timerfd_create");
  return adopt(env, self, TIMER, fd) == NULL ? NULL : self;
}

// Microseconds of CLOCK_MONOTONIC; 0 stops it. A point in the past expires at once.
static napi_value set_timer(napi_env env, napi_callback_info info) {
  Arguments a;
  int64_t at;
  if (!arguments(env, info, &a)) return NULL;
  if (napi_get_value_int64(env, a.values[0], &at) != napi_ok || at < 0)
    return napi_throw_type_error(env, NULL, "microseconds were expected"), NULL;
  struct itimerspec expiry = {.it_value = {.tv_sec = at / 1000000, .tv_nsec = at % 1000000 * 1000}};
  if (timerfd_settime(a.descriptor->fd, TFD_TIMER_ABSTIME, &expiry, NULL) < 0)
    return throw_errno(env, errno, "timerfd_settime");
  return NULL;
}

// SCHED_RESET_ON_FORK: its child processes and threads are ordinary ones.
static int schedule(pid_t thread, int priority) {
  struct sched_param parameters = {.sched_priority = priority};
  return sched_setscheduler(thread, (priority > 0 ? SCHED_RR : SCHED_OTHER) | SCHED_RESET_ON_FORK, &parameters);
}

static void on_signal(int number) {
  int saved = errno;
  uint64_t one = 1;
  // RLIMIT_RTTIME: the main thread has run for too long to read of it in time. Others may run from now on.
  if (number == SIGXCPU) schedule(getpid(), 0);
  atomic_store(&pending[number], true);
  ssize_t written = write(atomic_load(&signal_fd), &one, sizeof one);
  (void)written;
  errno = saved;
}

static bool catch_signals(napi_env env, napi_value list, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) {
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    napi_value element = NULL;
    int number;
    napi_get_element(env, list, i, &element);
    if (!get_int(env, element, &number)) return false;
    if (number < 1 || number >= _NSIG) return throw_errno(env, EINVAL, "sigaction"), false;
    if (atomic_load(&caught[number])) continue;
    if (sigaction(number, &action, &previous_action[number]) < 0)
      return throw_errno(env, errno, "sigaction"), false;
    atomic_store(&caught[number], true);
  }
  return true;
}

static napi_value new_signals(napi_env env, napi_callback_info info) {
  napi_value list, self;
  size_t arguments_count = 1;
  uint32_t count = 0;
  int none = -1;
  napi_get_cb_info(env, info, &arguments_count, &list, &self, NULL);
  if (napi_get_array_length(env, list, &count) != napi_ok)
    return napi_throw_type_error(env, NULL, "an array of signal numbers was expected"), NULL;
  int fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (fd < 0) return throw_errno(env, errno, "eventfd");
  if (!atomic_compare_exchange_strong(&signal_fd, &none, fd)) return close(fd), throw_errno(env, EBUSY, "sigaction");
  Descriptor *d = adopt(env, self, SIGNALS, fd);
  if (d == NULL) {
    atomic_store(&signal_fd, -1);
    return NULL;
  }
  if (catch_signals(env, list, count)) return self;
  close_descriptor(d);
  return NULL;
}

// The numbers of the signals that came since the last call.
static napi_value take_signals(napi_env env, napi_callback_info info) {
  Arguments a;
  napi_value result, value;
  uint32_t count = 0;
  if (!arguments(env, info, &a)) return NULL;
  napi_create_array(env, &result);
  for (int number = 1; number < _NSIG; number++) {
    if (!atomic_exchange(&pending[number], false)) continue;
    napi_create_int32(env, number, &value);
    napi_set_element(env, result, count++, value);
  }
  return result;
}

// Of the calling thread, which is the one that starts child processes.
static napi_value clear_ambient(napi_env env, napi_callback_info info) {
  (void)info;
  if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0) return throw_errno(env, errno, "prctl");
  return NULL;
}

static napi_value raise_ambient(napi_env env, napi_callback_info info) {
  napi_value argument;
  size_t count = 1;
  int capability;
  napi_get_cb_info(env, info, &count, &argument, NULL, NULL);
  if (!get_int(env, argument, &capability)) return NULL;
  if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0) < 0) return throw_errno(env, errno, "prctl");
  return NULL;
}

// The parent waits for its child until that becomes another program. On a busy machine an ordinary child would keep a
// real-time parent waiting, so the child is one too until settle() is called for it; its own children are not.
static int first_nice;
static int child_priority;  // 0: no child is being made, or it is an ordinary one

static void before_fork(void) {
  struct sched_param parameters;
  if (sched_getscheduler(0) != (SCHED_RR | SCHED_RESET_ON_FORK) || sched_getparam(0, &parameters) < 0) return;
  if (sched_setscheduler(0, SCHED_RR, &parameters) == 0) child_priority = parameters.sched_priority;
}

static void in_parent(void) {
  if (child_priority > 0) schedule(0, child_priority);
  child_priority = 0;
}

static void in_child(void) {
  struct rlimit limit;
  if (child_priority > 0) schedule(0, child_priority);
  // What a child has of its parent in any case: a nice value that is positive, and the limit.
  setpriority(PRIO_PROCESS, 0, first_nice);
  if (getrlimit(RLIMIT_RTTIME, &limit) < 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_RTTIME, &limit);
}

// Of the calling thread: SCHED_RR with this priority, or 0, an ordinary one.
static napi_value set_real_time(napi_env env, napi_callback_info info) {
  static bool registered;
  napi_value argument;
  size_t count = 1;
  int priority;
  napi_get_cb_info(env, info, &count, &argument, NULL, NULL);
  if (!get_int(env, argument, &priority)) return NULL;
  if (!registered) {
    first_nice = getpriority(PRIO_PROCESS, 0);
    if (pthread_atfork(before_fork, in_parent, in_child) != 0) return throw_errno(env, ENOMEM, "pthread_atfork");
    registered = true;
  }
  if (schedule(0, priority) < 0) return throw_errno(env, errno, "sched_setscheduler");
  return NULL;
}

// A child process that has become another program is an ordinary one from now on.
static napi_value settle(napi_env env, napi_callback_info info) {
  napi_value argument;
  size_t count = 1;
  int pid;
  const struct sched_param parameters = {0};
  napi_get_cb_info(env, info, &count, &argument, NULL, NULL);
  if (!get_int(env, argument, &pid)) return NULL;
  if ((sched_getscheduler(pid) & ~SCHED_RESET_ON_FORK) == SCHED_RR) sched_setscheduler(pid, SCHED_OTHER, &parameters);
  return NULL;
}

// The soft RLIMIT_RTTIME in microseconds; 0: none.
static napi_value limit_real_time(napi_env env, napi_callback_info info) {
  napi_value argument;
  size_t count = 1;
  int most;
  struct rlimit limit;
  napi_get_cb_info(env, info, &count, &argument, NULL, NULL);
  if (!get_int(env, argument, &most)) return NULL;
  if (getrlimit(RLIMIT_RTTIME, &limit) < 0) return throw_errno(env, errno, "getrlimit");
  limit.rlim_cur = most == 0 || (rlim_t)most > limit.rlim_max ? limit.rlim_max : (rlim_t)most;
  if (setrlimit(RLIMIT_RTTIME, &limit) < 0) return throw_errno(env, errno, "setrlimit");
  return NULL;
}

static void *grow_table(void *descriptors) {
  int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
  int high = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, (int)(intptr_t)descriptors - 1);
  if (high >= 0) close(high);
  if (fd >= 0) close(fd);
  return NULL;
}

// Whoever opens one descriptor more than the process's table holds waits until the kernel is sure that nobody reads the old
// table (RCU), 5 to 15 ms. A thread of its own waits for that; what it can't have, comes later as it always does.
static napi_value make_room(napi_env env, napi_callback_info info) {
  napi_value argument;
  size_t count = 1;
  int descriptors;
  pthread_t thread;
  napi_get_cb_info(env, info, &count, &argument, NULL, NULL);
  if (!get_int(env, argument, &descriptors)) return NULL;
  if (pthread_create(&thread, NULL, grow_table, (void *)(intptr_t)descriptors) == 0) pthread_detach(thread);
  return NULL;
}

// unix(7), SO_PEERCRED: the user that connected; the descriptor is one of Node's.
static napi_value peer_user(napi_env env, napi_callback_info info) {
  napi_value argument, result;
  size_t count = 1;
  int32_t fd;
  struct ucred peer;
  socklen_t length = sizeof peer;
  napi_get_cb_info(env, info, &count, &argument, NULL, NULL);
  if (napi_get_value_int32(env, argument, &fd) != napi_ok) return throw_errno(env, EBADF, "getsockopt");
  if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) < 0) return throw_errno(env, errno, "getsockopt");
  napi_create_uint32(env, peer.uid, &result);
  return result;
}

// mkfifo(3): (path, mode); the umask applies.
static napi_value make_fifo(napi_env env, napi_callback_info info) {
  napi_value values[2];
  char path[PATH_MAX];
  size_t count = 2, length;
  int mode;
  napi_get_cb_info(env, info, &count, values, NULL, NULL);
  if (napi_get_value_string_utf8(env, values[0], path, sizeof path, &length) != napi_ok)
    return napi_throw_type_error(env, NULL, "a path was expected"), NULL;
  if (!get_int(env, values[1], &mode)) return NULL;
  // What did not fit has been cut off, and a path ends at its first NUL: neither may become another path.
  if (length == sizeof path - 1) return throw_errno(env, ENAMETOOLONG, "mkfifo");
  if (strlen(path) != length) return throw_errno(env, EINVAL, "mkfifo");
  if (mkfifo(path, (mode_t)mode) < 0) return throw_errno(env, errno, "mkfifo");
  return NULL;
}

#define METHOD(name, function) {name, NULL, function, NULL, NULL, NULL, napi_default_method, NULL}

static void export_class(napi_env env, napi_value exports, const char *name, napi_callback constructor, size_t count,
                         const napi_property_descriptor *methods) {
  napi_value class;
  if (napi_define_class(env, name, NAPI_AUTO_LENGTH, constructor, NULL, count, methods, &class) == napi_ok)
    napi_set_named_property(env, exports, name, class);
}

NAPI_MODULE_INIT() {
  const napi_property_descriptor socket_methods[] = {
      METHOD("setOption", set_option), METHOD("getOption", get_option),
      METHOD("bind", bind_method),     METHOD("attachFilter", attach_filter),
      METHOD("localName", local_name), METHOD("send", send_method),
      METHOD("sendMany", send_many),   METHOD("receive", receive),
      METHOD("watch", watch),          METHOD("receiveMany", receive_many),
      METHOD("close", close_method)};
  const napi_property_descriptor timer_methods[] = {METHOD("set", set_timer), METHOD("watch", watch),
                                                    METHOD("close", close_method)};
  const napi_property_descriptor signals_methods[] = {METHOD("take", take_signals), METHOD("watch", watch),
                                                      METHOD("close", close_method)};
  napi_value value;
  export_class(env, exports, "Socket", new_socket, sizeof socket_methods / sizeof *socket_methods, socket_methods);
  export_class(env, exports, "Timer", new_timer, sizeof timer_methods / sizeof *timer_methods, timer_methods);
  export_class(env, exports, "Signals", new_signals, sizeof signals_methods / sizeof *signals_methods,
               signals_methods);
  napi_create_function(env, "clearAmbientCapabilities", NAPI_AUTO_LENGTH, clear_ambient, NULL, &value);
  napi_set_named_property(env, exports, "clearAmbientCapabilities", value);
  napi_create_function(env, "raiseAmbientCapability", NAPI_AUTO_LENGTH, raise_ambient, NULL, &value);
  napi_set_named_property(env, exports, "raiseAmbientCapability", value);
  napi_create_function(env, "setRealTime", NAPI_AUTO_LENGTH, set_real_time, NULL, &value);
  napi_set_named_property(env, exports, "setRealTime", value);
  napi_create_function(env, "settle", NAPI_AUTO_LENGTH, settle, NULL, &value);
  napi_set_named_property(env, exports, "settle", value);
  napi_create_function(env, "limitRealTime", NAPI_AUTO_LENGTH, limit_real_time, NULL, &value);
  napi_set_named_property(env, exports, "limitRealTime", value);
  napi_create_function(env, "makeRoom", NAPI_AUTO_LENGTH, make_room, NULL, &value);
  napi_set_named_property(env, exports, "makeRoom", value);
  napi_create_function(env, "peerUser", NAPI_AUTO_LENGTH, peer_user, NULL, &value);
  napi_set_named_property(env, exports, "peerUser", value);
  napi_create_function(env, "mkfifo", NAPI_AUTO_LENGTH, make_fifo, NULL, &value);
  napi_set_named_property(env, exports, "mkfifo", value);
  napi_create_int32(env, SIGRTMIN, &value);
  napi_set_named_property(env, exports, "SIGRTMIN", value);
  napi_create_int32(env, SIGRTMAX, &value);
  napi_set_named_property(env, exports, "SIGRTMAX", value);
  return exports;
}
