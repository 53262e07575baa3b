// AdaptiveRate: the rate follows what the server answers (C-011, C-012).
#include "kubeclient/client/adaptive_rate.h"

#include <cmath>

#include "test/catch.h"
#include "test/proves.h"

namespace windlass::adaptive_rate_test {
namespace {

const MonotonicTime kStart{seconds(1000)};

int TakeAll(AdaptiveRate& rate, MonotonicTime now) {
  int taken = 0;
  while (taken < 10'000 && rate.TryTake(now)) ++taken;
  return taken;
}

// Returns how many tokens a caller gets within `duration` that takes each as soon as it is there.
int TakenWithin(AdaptiveRate& rate, MonotonicTime from, Duration duration) {
  int taken = 0;
  MonotonicTime now = from;
  while (now - from < duration) {
    if (rate.TryTake(now)) ++taken;
    now = now + milliseconds(5);
  }
  return taken;
}

TEST_CASE("Left alone it is a token bucket") {
  AdaptiveRate rate(50, 100);
  CHECK(TakeAll(rate, kStart) == 100);
  CHECK(TakeAll(rate, kStart + seconds(1)) == 50);
}

TEST_CASE("A 429 halves the rate, once per window; then it gains one a second (C-011)") {
  AdaptiveRate rate(40, 80);
  rate.Throttled(kStart, seconds(5));
  CHECK(rate.PerSecond(kStart) == 20);
  rate.Throttled(kStart + seconds(4), seconds(5));  // in the same window, hence ignored
  CHECK(rate.PerSecond(kStart + seconds(4)) == 20);
  CHECK(rate.PerSecond(kStart + seconds(5)) == 20);
  CHECK(rate.PerSecond(kStart + seconds(8)) == 23);
  SECTION("another window halves what it is by then") {
    rate.Throttled(kStart + seconds(9), Duration{0});
    CHECK(rate.PerSecond(kStart + seconds(9)) == 12);
    CHECK(rate.PerSecond(kStart + seconds(10)) == 12);  // a window lasts at least one second
    CHECK(rate.PerSecond(kStart + seconds(11)) == 13);
  }
  SECTION("the whole is reached and kept") {
    CHECK(rate.PerSecond(kStart + seconds(25)) == 40);
    CHECK(rate.PerSecond(kStart + seconds(3600)) == 40);
    rate.Throttled(kStart + seconds(3600), seconds(1));
    CHECK(rate.PerSecond(kStart + seconds(3600)) == 20);
  }
  SECTION("it never falls below one a second") {
    for (int i = 1; i < 100; ++i) rate.Throttled(kStart + seconds(60 * i), seconds(60));
    CHECK(rate.PerSecond(kStart + seconds(60 * 99)) == 1);
  }
  Proves("D-535");
}

TEST_CASE("What is given follows the rate, and no burst is left over") {
  AdaptiveRate rate(40, 80);
  rate.Throttled(kStart, seconds(30));
  CHECK(TakeAll(rate, kStart) == 40);  // the burst is halved with the rate
  CHECK(TakenWithin(rate, kStart, seconds(10)) == 199);
}

TEST_CASE("Without a limit the server's own fairness decides") {
  AdaptiveRate rate(-1, 1);
  rate.Throttled(kStart, seconds(30));
  CHECK(TakeAll(rate, kStart) == 10'000);
}

TEST_CASE("After an outage the rate grows from one a second to the whole in 10 s (C-012)") {
  const double limit = GENERATE(5.0, 50.0, -1.0);
  const double whole = limit > 0 ? limit : 100;
  AdaptiveRate rate(limit, 100);
  rate.StartSlowly(kStart);
  CHECK(rate.PerSecond(kStart) == 1);
  CHECK(TakeAll(rate, kStart) == 1);
  CHECK(rate.NextAt(kStart) == kStart + seconds(1));
  CHECK(rate.PerSecond(kStart + seconds(5)) == std::pow(whole, 0.5));
  CHECK(rate.PerSecond(kStart + (kSlowStart - Duration(1))) < whole);
  CHECK(rate.PerSecond(kStart + kSlowStart) == (limit > 0 ? limit : 0));
}

TEST_CASE("A slow start gives few calls in its first seconds") {
  AdaptiveRate rate(50, 100);
  rate.StartSlowly(kStart);
  CHECK(TakenWithin(rate, kStart, seconds(2)) <= 4);
  CHECK(TakenWithin(rate, kStart + seconds(2), seconds(8)) <= 130);
  CHECK(TakenWithin(rate, kStart + seconds(10), seconds(2)) >= 99);
}

TEST_CASE("A server that throttles during a slow start gets the lower of both rates") {
  AdaptiveRate rate(64, 100);
  rate.StartSlowly(kStart);
  rate.Throttled(kStart + seconds(5), seconds(1));  // the slow start has reached 8
  CHECK(rate.PerSecond(kStart + seconds(5)) == 4);
  CHECK(rate.PerSecond(kStart + seconds(8)) == 6);
}

}  // namespace
}  // namespace windlass::adaptive_rate_test
