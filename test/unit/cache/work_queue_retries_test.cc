// What many retries cost other keys (D-521), in virtual time. The back-off of one key is tested in
// work_queue_test.cc.
#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "kubeclient/cache/work_queue.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/cache/virtual_time.h"

namespace windlass::work_queue_retries_test {
namespace {

constexpr int kCrowd = 5000;
const QueueKey kCalm{"calm", "web"};

// The rate for a client with 50 requests per second, burst 100.
constexpr RetryRate kRetries{.per_second = 5, .burst = 10};
constexpr Duration kToken = milliseconds(200);
constexpr Duration kFull = kRetries.burst * kToken;  // until an empty bucket is full

struct Try {
  QueueKey key;
  MonotonicTime at;
};

// A queue, and every key that it handed out.
struct Fixture {
  VirtualTime time;
  Random random{1};
  WorkQueue queue{time, random, time.timers(), 8, kRetries, [] {}};
  std::vector<Try> tries;
  int requests = 1;  // of every try

  void AddCrowd(int keys) {
    for (int i = 0; i < keys; ++i) queue.Add(OfCrowd(i), Wake::kObjectChange);
  }
  static QueueKey OfCrowd(int i) { return {"crowd", std::to_string(i)}; }

  // Lets time pass. Every key that becomes ready is handed out at that moment, and fails or ends
  // well.
  void Run(Duration duration, bool fail) {
    const MonotonicTime end = time.Now() + duration;
    HandOut(fail);
    while (time.timers().next() && *time.timers().next() <= end) {
      time.Advance(*time.timers().next() - time.Now());
      HandOut(fail);
    }
    time.Advance(end - time.Now());
  }
  void FailFor(Duration duration) { Run(duration, true); }
  void HandOut(bool fail) {
    while (const std::optional<QueueKey> key = queue.Get()) {
      tries.push_back({*key, time.Now()});
      queue.Spent(*key, requests);
      if (fail) {
        queue.DoneRetry(*key, kRetryMax);
      } else {
        queue.Done(*key, std::nullopt);
      }
    }
  }
  std::vector<MonotonicTime> TriesOf(const QueueKey& key) const {
    std::vector<MonotonicTime> times;
    for (const Try& one : tries) {
      if (one.key == key) times.push_back(one.at);
    }
    return times;
  }
};

TEST_CASE_METHOD(Fixture, "5,000 keys that fail for ever hold up no retry of another namespace") {
  AddCrowd(kCrowd);
  FailFor(seconds(60));
  queue.Add(kCalm, Wake::kObjectChange);
  FailFor(seconds(300));
  const std::vector<MonotonicTime> calm = TriesOf(kCalm);
  REQUIRE(calm.size() >= 10);
  Duration back_off = kRetryFirst;
  for (size_t i = 1; i < calm.size(); ++i) {  // delayed by its own back-off only
    CHECK(calm[i] - calm[i - 1] >= back_off / 2);
    CHECK(calm[i] - calm[i - 1] <= std::min<Duration>(back_off * 3 / 2, kRetryMax));
    back_off = std::min<Duration>(back_off * 2, kRetryMax);
  }
  Proves("D-521");
}

TEST_CASE_METHOD(Fixture, "retries of one namespace get a tenth of the client's rate, no less") {
  AddCrowd(kCrowd);
  FailFor(Duration{0});
  REQUIRE(tries.size() == kCrowd);  // a first try waits for no turn
  tries.clear();
  FailFor(seconds(600));
  CHECK(tries.size() <= 10 + 600 * 5);
  CHECK(tries.size() >= 600 * 5);
  // In any period with 61 tries, 51 tokens must have arrived: the burst was 10.
  Duration shortest = seconds(600);
  for (size_t i = 60; i < tries.size(); ++i) {
    shortest = std::min(shortest, tries[i].at - tries[i - 60].at);
  }
  CHECK(shortest >= 51 * kToken);
  Proves("D-521");
}

TEST_CASE_METHOD(Fixture,
                 "a retry that fails again counts by its requests, one that does not once") {
  const bool fail = GENERATE(true, false);
  requests = 4;
  AddCrowd(kCrowd);
  FailFor(Duration{0});
  REQUIRE(tries.size() == kCrowd);  // a first try owes nothing
  tries.clear();
  Run(seconds(600), fail);
  const size_t tokens = 10 + 600 * 5;
  if (fail) {
    CHECK(tries.size() <= tokens / 4 + 10);
    CHECK(tries.size() >= tokens / 4 - 10);
  } else {
    CHECK(tries.size() >= tokens - 10);
  }
  Proves("D-521");
}

TEST_CASE_METHOD(Fixture, "of one namespace the retry that has waited longest goes on first") {
  constexpr int kKeys = 200;
  AddCrowd(kKeys);
  for (int i = 0; i < kKeys; ++i) {  // keys that fail later wait less
    REQUIRE(queue.Get() == OfCrowd(i));
    queue.DoneRetry(OfCrowd(i), kRetryMax, seconds(2) - milliseconds(i));
  }
  Run(seconds(2) + kKeys * kToken, false);
  REQUIRE(tries.size() == kKeys);
  for (int i = 0; i < kKeys; ++i) {
    CAPTURE(i);
    CHECK(tries[static_cast<size_t>(i)].key == OfCrowd(kKeys - 1 - i));
  }
  Proves("D-521");
}

TEST_CASE_METHOD(Fixture, "nothing is left of retries that have waited for their turn") {
  AddCrowd(kCrowd);
  FailFor(seconds(30));
  REQUIRE(queue.size() == kCrowd);
  REQUIRE(queue.empty());
  SECTION("when they succeed") { Run(kCrowd * kToken + kRetryMax, false); }
  SECTION("when their objects are deleted meanwhile") {
    for (int i = 0; i < kCrowd; ++i) {
      queue.Add(OfCrowd(i), Wake::kObjectChange);
      REQUIRE(queue.Get() == OfCrowd(i));
      queue.Done(OfCrowd(i), std::nullopt);
    }
  }
  CHECK(queue.size() == 0);
  time.Advance(kFull);
  CHECK(time.timers().empty());
  CHECK(queue.Describe().empty());
  Proves("D-521");
}

TEST_CASE_METHOD(Fixture, "an event serves a key that waits for its turn, once") {
  AddCrowd(50);
  FailFor(seconds(1));
  const QueueKey last = tries.back().key;  // in line again, or about to be
  time.Advance(seconds(2));
  queue.Add(last, Wake::kStatusChange);
  time.Advance(kStatusCoalescing);
  while (const auto key = queue.Get()) {
    tries.push_back({*key, time.Now()});
    queue.Done(*key, std::nullopt);
  }
  CHECK(TriesOf(last).back() == time.Now());
  const size_t before = TriesOf(last).size();
  Run(seconds(60), false);
  CHECK(TriesOf(last).size() == before);
}

TEST_CASE_METHOD(Fixture, "a lost race waits for no turn (Q-006)") {
  AddCrowd(50);
  FailFor(seconds(1));
  const QueueKey racer{"crowd", "racer"};
  queue.Add(racer, Wake::kObjectChange);
  REQUIRE(queue.Get() == racer);
  queue.DoneConflict(racer);
  const MonotonicTime lost = time.Now();
  FailFor(kConflictWait);
  CHECK(TriesOf(racer) == std::vector<MonotonicTime>{lost + kConflictWait});
}

}  // namespace
}  // namespace windlass::work_queue_retries_test
