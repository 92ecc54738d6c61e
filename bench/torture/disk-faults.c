/*
 * A disk that fails on demand, for a process that has this library before the C library (LD_PRELOAD).
 * The first byte of the file that TORTURE_DISK_FAULT names says how; it is mapped, so that it can change at any time:
 *   '0' not at all, 'w' writes fail with EIO, 'n' writes fail with ENOSPC, 's' writes are short,
 *   'f' fsync and fdatasync fail with EIO.
 * Only files whose name contains "sqlite" are concerned: the database and its write-ahead log.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <unistd.h>

static const volatile char *fault = "0";

__attribute__((constructor)) static void open_control(void) {
  const char *name = getenv("TORTURE_DISK_FAULT");
  int file = name ? open(name, O_RDONLY | O_CLOEXEC) : -1;
  if (file < 0) return;
  void *page = mmap(NULL, 1, PROT_READ, MAP_SHARED, file, 0);
  if (page != MAP_FAILED) fault = page;
  close(file);
}

static int is_database(int file) {
  char link[64], name[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  ssize_t length = readlink(link, name, sizeof name - 1);
  if (length <= 0) return 0;
  name[length] = 0;
  return strstr(name, "sqlite") != NULL;
}

/* 0, or the fault that this file has now. */
static char fault_of(int file) {
  char now = *fault;
  return now != '0' && is_database(file) ? now : 0;
}

/* -1 with errno when the write has to fail; else how many bytes may be written. */
static ssize_t allowed(int file, size_t count) {
  switch (fault_of(file)) {
    case 'w': errno = EIO; return -1;
    case 'n': errno = ENOSPC; return -1;
    case 's': return count > 1 ? (ssize_t)(count / 2) : (ssize_t)count;
    default: return (ssize_t)count;
  }
}

typedef ssize_t (*write_call)(int, const void *, size_t);
typedef ssize_t (*pwrite_call)(int, const void *, size_t, off_t);
typedef int (*sync_call)(int);

ssize_t write(int file, const void *bytes, size_t count) {
  static write_call next;
  if (!next) next = (write_call)dlsym(RTLD_NEXT, "write");
  ssize_t some = allowed(file, count);
  return some < 0 ? some : next(file, bytes, (size_t)some);
}

static ssize_t at_offset(const char *name, int file, const void *bytes, size_t count, off_t offset) {
  ssize_t some = allowed(file, count);
  return some < 0 ? some : ((pwrite_call)dlsym(RTLD_NEXT, name))(file, bytes, (size_t)some, offset);
}
ssize_t pwrite(int file, const void *bytes, size_t count, off_t offset) {
  return at_offset("pwrite", file, bytes, count, offset);
}
ssize_t pwrite64(int file, const void *bytes, size_t count, off_t offset) {
  return at_offset("pwrite64", file, bytes, count, offset);
}

static int synced(const char *name, int file) {
  if (fault_of(file) == 'f') { errno = EIO; return -1; }
  return ((sync_call)dlsym(RTLD_NEXT, name))(file);
}
int fsync(int file) { return synced("fsync", file); }
int fdatasync(int file) { return synced("fdatasync", file); }
