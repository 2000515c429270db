// Preloaded into a program: SIGKILLs it at call number KILL_AT of those that change something below the folder KILL_FOLDER,
// before the call or, where it writes and KILL_HALFWAY is set, when half of its bytes are written. Leaves the number of such
// calls in the file KILL_COUNT if the program lives to its end.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static long calls;

static int is_below(const char* path) {
  const char* folder = getenv("KILL_FOLDER");
  return folder && strncmp(path, folder, strlen(folder)) == 0;
}
static int is_open_below(int file) {
  char link[64], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  const ssize_t length = readlink(link, path, sizeof path - 1);
  path[length > 0 ? length : 0] = '\0';
  return is_below(path);
}
static void die(void) { kill(getpid(), SIGKILL); }
static int is_last(int counts) {
  const char* at = getenv("KILL_AT");
  return counts && ++calls == (at ? atol(at) : 0);
}
static void change(const char* path) {
  if (is_last(is_below(path))) die();
}
/// How much of `size` to write before dying; -1: all, and live.
static ssize_t last_bytes(int file, size_t size) {
  if (!is_last(is_open_below(file))) return -1;
  if (!getenv("KILL_HALFWAY")) die();
  return (ssize_t)(size / 2);
}

ssize_t write(int file, const void* bytes, size_t size) {
  const ssize_t last = last_bytes(file, size);
  const ssize_t written = REAL(write)(file, bytes, last < 0 ? size : (size_t)last);
  if (last >= 0) die();
  return written;
}
ssize_t pwrite(int file, const void* bytes, size_t size, off_t offset) {
  const ssize_t last = last_bytes(file, size);
  const ssize_t written = REAL(pwrite)(file, bytes, last < 0 ? size : (size_t)last, offset);
  if (last >= 0) die();
  return written;
}
ssize_t pwrite64(int file, const void* bytes, size_t size, off64_t offset) { return pwrite(file, bytes, size, offset); }

ssize_t sendfile(int to, int from, off_t* offset, size_t size) {
  if (is_last(is_open_below(to))) die();
  return ((ssize_t(*)(int, int, off_t*, size_t))dlsym(RTLD_NEXT, "sendfile"))(to, from, offset, size);
}
int ftruncate(int file, off_t length) {
  if (is_last(is_open_below(file))) die();
  return REAL(ftruncate)(file, length);
}
int ftruncate64(int file, off64_t length) { return ftruncate(file, length); }
int fsync(int file) {
  if (is_last(is_open_below(file))) die();
  return REAL(fsync)(file);
}
int rename(const char* from, const char* to) {
  change(to);
  return REAL(rename)(from, to);
}
int link(const char* from, const char* to) {
  change(to);
  return REAL(link)(from, to);
}
int unlink(const char* path) {
  change(path);
  return REAL(unlink)(path);
}
int remove(const char* path) {
  change(path);
  return REAL(remove)(path);
}
int open(const char* path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  const mode_t mode = (flags & O_CREAT) ? (mode_t)va_arg(more, int) : 0;
  va_end(more);
  if (flags & (O_CREAT | O_TRUNC)) change(path);
  return REAL(open)(path, flags, mode);
}

__attribute__((destructor)) static void leave_count(void) {
  const char* path = getenv("KILL_COUNT");
  FILE* file = path && calls > 0 ? fopen(path, "w") : NULL;  // of the program, not of what it starts
  if (!file) return;
  fprintf(file, "%ld\n", calls);
  fclose(file);
}
