/* Faults on the calls that change files, below everything: preloaded into a Python that tests drive.
 *
 * arm(prefix, nth, mode) counts the calls on files below the prefix and lets the nth fail; calm() ends it and
 * says how many there were. watch(prefix, fd) writes every call down instead, for tests that cut the power.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

enum { QUIET, EIO_ONCE, EIO_FOR_GOOD, FULL_ONCE, FULL_FOR_GOOD, SHORT, KILL_BEFORE, KILL_AFTER, TORN };

static char prefix[PATH_MAX];
static size_t prefix_length;
static long nth, counted, hit;
static int mode, log_fd = -1;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

void arm(const char *below, long n, int how) {
    strncpy(prefix, below, sizeof prefix - 1);
    prefix_length = strlen(prefix);
    nth = n; counted = hit = 0; mode = how;
}
long calm(void) { mode = QUIET; prefix_length = 0; log_fd = -1; return counted; }
long was_hit(void) { return hit; }
void watch(const char *below, int fd) { arm(below, 0, QUIET); log_fd = fd; }

static int below_path(const char *path) { return prefix_length && path && !strncmp(path, prefix, prefix_length); }

static const char *path_of(int fd, char *into) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, into, PATH_MAX - 1);
    if (length < 0) return NULL;
    into[length] = 0;
    return into;
}

static int below_fd(int fd) {
    char path[PATH_MAX];
    int before = errno;
    int found = prefix_length && fd > 2 && below_path(path_of(fd, path));
    errno = before;
    return found;
}

static const char *whole(int at, const char *path, char *into) {
    if (path == NULL || path[0] == '/' || at == AT_FDCWD) return path;
    if (!path_of(at, into)) return path;
    strncat(into, "/", PATH_MAX - strlen(into) - 1);
    strncat(into, path, PATH_MAX - strlen(into) - 1);
    return into;
}

static void die(void) { syscall(SYS_kill, getpid(), SIGKILL); for (;;) pause(); }

/* What becomes of this call: 0 go on, >0 fail with that errno, -1 write half, -2 die after it, -3 write half and die. */
static int fate(int grows) {
    if (!prefix_length || mode == QUIET) return 0;
    long number = __sync_add_and_fetch(&counted, 1);
    if (number < nth) return 0;
    int here = number == nth;
    if (here) hit = 1;
    switch (mode) {
    case EIO_ONCE: return here ? EIO : 0;
    case EIO_FOR_GOOD: return EIO;
    case FULL_ONCE: return here && grows ? ENOSPC : 0;
    case FULL_FOR_GOOD: return grows ? ENOSPC : 0;
    case SHORT: return here ? -1 : (grows ? ENOSPC : 0);
    case KILL_BEFORE: if (here) die(); return 0;
    case KILL_AFTER: return here ? -2 : 0;
    case TORN: return here ? -3 : 0;
    }
    return 0;
}

static void put(const void *data, size_t length) {
    const char *at = data;
    while (length) {
        ssize_t done = syscall(SYS_write, log_fd, at, length);
        if (done <= 0) return;
        at += done; length -= (size_t)done;
    }
}

/* One line of the record: kind, offset, path, and data or second path. */
static void note(char kind, int64_t offset, const char *path, const void *data, size_t length) {
    if (log_fd < 0) return;
    int before = errno;
    struct __attribute__((packed)) { char kind; int64_t offset; uint32_t path, data; } head =
        {kind, offset, (uint32_t)strlen(path), (uint32_t)length};
    pthread_mutex_lock(&lock);
    put(&head, sizeof head);
    put(path, head.path);
    put(data, length);
    pthread_mutex_unlock(&lock);
    errno = before;
}

static void note_fd(char kind, int64_t offset, int fd, const void *data, size_t length) {
    char path[PATH_MAX];
    if (log_fd >= 0 && below_fd(fd) && path_of(fd, path)) note(kind, offset, path, data, length);
}

#define REAL(result, name, ...) static result (*real)(__VA_ARGS__); if (!real) real = dlsym(RTLD_NEXT, name)
#define FAIL(code) do { errno = (code); return -1; } while (0)

static int opened(int at, const char *path, int flags, int made) {
    char into[PATH_MAX];
    (void)flags;
    return made && below_path(whole(at, path, into)) ? fate(1) : 0;
}

static void note_open(int at, const char *path, int flags, int existed) {
    char into[PATH_MAX];
    const char *full = whole(at, path, into);
    if (log_fd < 0 || !below_path(full)) return;
    if ((flags & O_CREAT) && !existed) note('c', 0, full, "", 0);
    else if (flags & O_TRUNC) note('t', 0, full, "", 0);
}

static int there(int at, const char *path) {
    int before = errno;
    struct stat found;
    int is = prefix_length && fstatat(at, path, &found, 0) == 0;
    errno = before;
    return is;
}

#define OPEN(name) \
int name(const char *path, int flags, ...) { \
    REAL(int, #name, const char *, int, ...); \
    mode_t how = 0; \
    if (flags & (O_CREAT | __O_TMPFILE)) { va_list rest; va_start(rest, flags); how = va_arg(rest, mode_t); va_end(rest); } \
    int existed = there(AT_FDCWD, path); \
    int what = opened(AT_FDCWD, path, flags, (flags & O_TRUNC) || ((flags & O_CREAT) && !existed)); \
    if (what > 0) FAIL(what); \
    int fd = real(path, flags, how); \
    if (what == -2 || what == -3) die(); \
    if (fd >= 0) note_open(AT_FDCWD, path, flags, existed); \
    return fd; \
}
OPEN(open)
OPEN(open64)

#define OPENAT(name) \
int name(int at, const char *path, int flags, ...) { \
    REAL(int, #name, int, const char *, int, ...); \
    mode_t how = 0; \
    if (flags & (O_CREAT | __O_TMPFILE)) { va_list rest; va_start(rest, flags); how = va_arg(rest, mode_t); va_end(rest); } \
    int existed = there(at, path); \
    int what = opened(at, path, flags, (flags & O_TRUNC) || ((flags & O_CREAT) && !existed)); \
    if (what > 0) FAIL(what); \
    int fd = real(at, path, flags, how); \
    if (what == -2 || what == -3) die(); \
    if (fd >= 0) note_open(at, path, flags, existed); \
    return fd; \
}
OPENAT(openat)
OPENAT(openat64)

ssize_t write(int fd, const void *data, size_t length) {
    REAL(ssize_t, "write", int, const void *, size_t);
    int what = below_fd(fd) ? fate(1) : 0;
    if (what > 0) FAIL(what);
    if (what == -1 || what == -3) length = length / 2 ? length / 2 : length;
    int64_t offset = log_fd >= 0 ? lseek(fd, 0, SEEK_CUR) : 0;
    ssize_t done = real(fd, data, length);
    if (what < -1) die();
    if (done > 0) {
        if (log_fd >= 0 && (fcntl(fd, F_GETFL) & O_APPEND)) offset = lseek(fd, 0, SEEK_CUR) - done;
        note_fd('w', offset, fd, data, (size_t)done);
    }
    return done;
}

#define PWRITE(name, off) \
ssize_t name(int fd, const void *data, size_t length, off offset) { \
    REAL(ssize_t, #name, int, const void *, size_t, off); \
    int what = below_fd(fd) ? fate(1) : 0; \
    if (what > 0) FAIL(what); \
    if (what == -1 || what == -3) length = length / 2 ? length / 2 : length; \
    ssize_t done = real(fd, data, length, offset); \
    if (what < -1) die(); \
    if (done > 0) note_fd('w', (int64_t)offset, fd, data, (size_t)done); \
    return done; \
}
PWRITE(pwrite, off_t)
PWRITE(pwrite64, off64_t)

#define TRUNCATE(name, off) \
int name(int fd, off length) { \
    REAL(int, #name, int, off); \
    int what = below_fd(fd) ? fate(0) : 0; \
    if (what > 0) FAIL(what); \
    int done = real(fd, length); \
    if (what < -1) die(); \
    if (!done) note_fd('t', (int64_t)length, fd, "", 0); \
    return done; \
}
TRUNCATE(ftruncate, off_t)
TRUNCATE(ftruncate64, off64_t)

#define SYNC(name, kind) \
int name(int fd) { \
    REAL(int, #name, int); \
    int what = below_fd(fd) ? fate(1) : 0; \
    if (what > 0) FAIL(what); \
    int done = real(fd); \
    if (what < -1) die(); \
    if (!done) note_fd(kind, 0, fd, "", 0); \
    return done; \
}
SYNC(fsync, 's')
SYNC(fdatasync, 's')
SYNC(syncfs, 'S')

static int two(int from_at, const char *from, int to_at, const char *to, int what, int done) {
    char one[PATH_MAX], other[PATH_MAX];
    if (what < -1) die();
    const char *second = whole(to_at, to, other);
    if (!done && below_path(second)) note('r', 0, whole(from_at, from, one), second, strlen(second));
    return done;
}

int rename(const char *from, const char *to) {
    REAL(int, "rename", const char *, const char *);
    int what = below_path(to) ? fate(1) : 0;
    if (what > 0) FAIL(what);
    return two(AT_FDCWD, from, AT_FDCWD, to, what, real(from, to));
}

int renameat(int from_at, const char *from, int to_at, const char *to) {
    REAL(int, "renameat", int, const char *, int, const char *);
    char into[PATH_MAX];
    int what = below_path(whole(to_at, to, into)) ? fate(1) : 0;
    if (what > 0) FAIL(what);
    return two(from_at, from, to_at, to, what, real(from_at, from, to_at, to));
}

static int gone(int at, const char *path, int what, int done) {
    char into[PATH_MAX];
    if (what < -1) die();
    const char *full = whole(at, path, into);
    if (!done && below_path(full)) note('u', 0, full, "", 0);
    return done;
}

int unlink(const char *path) {
    REAL(int, "unlink", const char *);
    int what = below_path(path) ? fate(0) : 0;
    if (what > 0) FAIL(what);
    return gone(AT_FDCWD, path, what, real(path));
}

int rmdir(const char *path) {
    REAL(int, "rmdir", const char *);
    int what = below_path(path) ? fate(0) : 0;
    if (what > 0) FAIL(what);
    return gone(AT_FDCWD, path, what, real(path));
}

int unlinkat(int at, const char *path, int flags) {
    REAL(int, "unlinkat", int, const char *, int);
    char into[PATH_MAX];
    int what = below_path(whole(at, path, into)) ? fate(0) : 0;
    if (what > 0) FAIL(what);
    return gone(at, path, what, real(at, path, flags));
}

int mkdir(const char *path, mode_t how) {
    REAL(int, "mkdir", const char *, mode_t);
    int what = below_path(path) ? fate(1) : 0;
    if (what > 0) FAIL(what);
    int done = real(path, how);
    if (what < -1) die();
    if (!done && below_path(path)) note('m', 0, path, "", 0);
    return done;
}

static void note_copied(int fd, off64_t before) {
    /* What was copied inside the kernel is read back, so that the record holds it. */
    if (log_fd < 0 || !below_fd(fd)) return;
    char data[1 << 16];
    off64_t at = before;
    ssize_t count;
    char path[PATH_MAX], own[64];
    snprintf(own, sizeof own, "/proc/self/fd/%d", fd);
    int reading = (int)syscall(SYS_openat, AT_FDCWD, own, O_RDONLY, 0);
    if (reading < 0 || !path_of(fd, path)) return;
    while ((count = pread64(reading, data, sizeof data, at)) > 0) { note('w', at, path, data, (size_t)count); at += count; }
    syscall(SYS_close, reading);
}

ssize_t copy_file_range(int in, off64_t *from, int out, off64_t *to, size_t length, unsigned flags) {
    REAL(ssize_t, "copy_file_range", int, off64_t *, int, off64_t *, size_t, unsigned);
    int what = below_fd(out) ? fate(1) : 0;
    if (what > 0) FAIL(what);
    off64_t before = to ? *to : lseek64(out, 0, SEEK_CUR);
    if ((what == -1 || what == -3) && length > 4096) length = 4096;
    ssize_t done = real(in, from, out, to, length, flags);
    if (what < -1) die();
    if (done > 0) note_copied(out, before);
    return done;
}

#define SENDFILE(name, off) \
ssize_t name(int out, int in, off *from, size_t length) { \
    REAL(ssize_t, #name, int, int, off *, size_t); \
    int what = below_fd(out) ? fate(1) : 0; \
    if (what > 0) FAIL(what); \
    off64_t before = lseek64(out, 0, SEEK_CUR); \
    if ((what == -1 || what == -3) && length > 4096) length = 4096; \
    ssize_t done = real(out, in, from, length); \
    if (what < -1) die(); \
    if (done > 0) note_copied(out, before); \
    return done; \
}
SENDFILE(sendfile, off_t)
SENDFILE(sendfile64, off64_t)

#define FALLOCATE(name, off) \
int name(int fd, off at, off length) { \
    REAL(int, #name, int, off, off); \
    int what = below_fd(fd) ? fate(1) : 0; \
    if (what > 0) return what; \
    int done = real(fd, at, length); \
    if (what < -1) die(); \
    if (!done) note_fd('f', (int64_t)(at + length), fd, "", 0); \
    return done; \
}
FALLOCATE(posix_fallocate, off_t)
FALLOCATE(posix_fallocate64, off64_t)
