// Tells the thread sanitizer what Swift's libraries, which are not instrumented, do to order accesses. Preloaded by
// Scripts/sanitize; the functions stand in for those of the libraries, and call them.
//
// - Mutex: the quick ways in and out are atomic operations in the caller's own, instrumented code. The slow ones wait in
//   the kernel: without this each contended Mutex would be taken for no lock at all.
// - Continuations: one that is resumed before its task waits for it goes on without a switch that could be seen.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stddef.h>
#include <stdint.h>

#define SWIFT __attribute__((swiftcall))
#define ASYNC __attribute__((swiftasynccall))
#define SELF __attribute__((swift_context)) void *self
#define LOCK "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define UNLOCK "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"
#define TRY_LOCK "$s15Synchronization12_MutexHandleV12_tryLockSlowSbyF"

// There only in programs that are instrumented.
void __tsan_acquire(void *) __attribute__((weak));
void __tsan_release(void *) __attribute__((weak));

SWIFT void stand_in_lock(uint32_t thread, SELF) __asm__(LOCK);
SWIFT void stand_in_lock(uint32_t thread, SELF) {
  ((SWIFT void (*)(uint32_t, SELF))dlsym(RTLD_NEXT, LOCK))(thread, self);
  if (__tsan_acquire) __tsan_acquire(self);
}

SWIFT void stand_in_unlock(SELF) __asm__(UNLOCK);
SWIFT void stand_in_unlock(SELF) {
  if (__tsan_release) __tsan_release(self);
  ((SWIFT void (*)(SELF))dlsym(RTLD_NEXT, UNLOCK))(self);
}

SWIFT _Bool stand_in_try(SELF) __asm__(TRY_LOCK);
SWIFT _Bool stand_in_try(SELF) {
  const _Bool locked = ((SWIFT _Bool (*)(SELF))dlsym(RTLD_NEXT, TRY_LOCK))(self);
  if (locked && __tsan_acquire) __tsan_acquire(self);
  return locked;
}

SWIFT void swift_continuation_resume(void *task) {
  if (__tsan_release) __tsan_release(task);
  ((SWIFT void (*)(void *))dlsym(RTLD_NEXT, "swift_continuation_resume"))(task);
}

SWIFT void swift_continuation_throwingResume(void *task) {
  if (__tsan_release) __tsan_release(task);
  ((SWIFT void (*)(void *))dlsym(RTLD_NEXT, "swift_continuation_throwingResume"))(task);
}

SWIFT void swift_continuation_throwingResumeWithError(void *task, void *error) {
  if (__tsan_release) __tsan_release(task);
  ((SWIFT void (*)(void *, void *))dlsym(RTLD_NEXT, "swift_continuation_throwingResumeWithError"))(task, error);
}

typedef ASYNC void (*Await)(void *);

ASYNC void swift_continuation_await(void *context) {
  if (__tsan_acquire) {
    void *task = ((SWIFT void *(*)(void))dlsym(RTLD_DEFAULT, "swift_task_getCurrent"))();
    if (task != NULL) __tsan_acquire(task);
  }
  const Await next = (Await)dlsym(RTLD_NEXT, "swift_continuation_await");
  __attribute__((musttail)) return next(context);
}
