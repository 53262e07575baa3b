#include "kubeclient/base/clock.h"

#include <ctime>

namespace windlass {
namespace {

Duration Read(clockid_t id) {
  timespec t{};
  clock_gettime(id, &t);
  return std::chrono::seconds(t.tv_sec) + std::chrono::nanoseconds(t.tv_nsec);
}

}  // namespace

MonotonicTime SystemClock::Now() const { return {Read(CLOCK_BOOTTIME)}; }

WallTime SystemClock::Wall() const {
  return {std::chrono::duration_cast<seconds>(Read(CLOCK_REALTIME)).count()};
}

int64_t SystemClock::WallMicros() const {
  return std::chrono::duration_cast<std::chrono::microseconds>(Read(CLOCK_REALTIME)).count();
}

}  // namespace windlass
