// SystemClock, on a machine that was suspended: the kernel's clocks come through this file.
#include "kubeclient/base/clock.h"

#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <atomic>

#include "test/catch.h"

namespace windlass::clock_test {
namespace {

// For how long the machine has been suspended. CLOCK_BOOTTIME counts that time; CLOCK_MONOTONIC,
// and with it std::chrono::steady_clock, does not.
std::atomic<time_t> suspended_seconds = 0;

}  // namespace
}  // namespace windlass::clock_test

// Takes the place of libc's function in this program.
extern "C" int clock_gettime(clockid_t id, timespec* now) noexcept {
  const auto failed = static_cast<int>(syscall(SYS_clock_gettime, id, now));
  if (id == CLOCK_BOOTTIME) now->tv_sec += windlass::clock_test::suspended_seconds;
  return failed;
}

namespace windlass::clock_test {
namespace {

// A leader that was suspended must know that its Lease has run out, although no timer fired and no
// code ran meanwhile.
TEST_CASE("The clock advances while the machine is suspended (L-002)") {
  const SystemClock clock;
  const MonotonicTime before = clock.Now();
  suspended_seconds = 100'000;
  const Duration passed = clock.Now() - before;
  suspended_seconds = 0;
  CHECK(passed >= seconds(100'000));
}

}  // namespace
}  // namespace windlass::clock_test
