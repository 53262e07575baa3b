// The queue's contract, rule by rule, in virtual time. work_queue_model_test.cc tries every order
// of actions, work_queue_retries_test.cc tests the retries of many keys.
#include "kubeclient/cache/work_queue.h"

#include <malloc.h>

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "test/catch.h"
#include "test/proves.h"
#include "test/support/draw.h"
#include "test/unit/cache/virtual_time.h"

namespace windlass::work_queue_test {
namespace {

const QueueKey kA{"ns", "a"};
const QueueKey kB{"ns", "b"};

// The rate for a client with 50 requests per second, burst 100.
constexpr RetryRate kRetries{.per_second = 5, .burst = 10};

struct Fixture {
  VirtualTime time;
  Random random{1};
  int ready_calls = 0;
  WorkQueue queue{time, random, time.timers(), 8, kRetries, [this] { ++ready_calls; }};

  // Takes the next key from the queue; it must be this one.
  void Take(const QueueKey& key) {
    const auto got = queue.Get();
    REQUIRE(got.has_value());
    CHECK(got->ToString() == key.ToString());
  }
  void TakeNothing() { CHECK(!queue.Get().has_value()); }

  // Returns how long it takes until a key is ready, at most `limit`.
  Duration UntilReady(Duration limit = seconds(3600)) {
    const MonotonicTime start = time.Now();
    while (queue.empty() && time.timers().next() && time.Now() - start < limit) {
      time.Advance(*time.timers().next() - time.Now());
    }
    return time.Now() - start;
  }

  // Fails a key `times` in a row and returns the last back-off.
  Duration FailTimes(const QueueKey& key, int times, Duration longest) {
    Duration waited{0};
    for (int i = 0; i < times; ++i) {
      Take(key);
      queue.DoneRetry(key, longest);
      waited = UntilReady();
    }
    return waited;
  }
};

TEST_CASE_METHOD(Fixture, "a key is ready once however often it is added (Q-001)") {
  queue.Add(kA, Wake::kObjectChange);
  queue.Add(kA, Wake::kSpecChange);
  queue.Add(kA, Wake::kStatusChange);
  CHECK(queue.counters().depth == 1);
  Take(kA);
  queue.Done(kA, std::nullopt);
  time.Advance(seconds(1));
  TakeNothing();
  CHECK(queue.counters().adds == 3);
  Proves("D-520");
}

TEST_CASE_METHOD(Fixture,
                 "a key added while processed is ready when done, however it ends (Q-002)") {
  const int ending = GENERATE(0, 1, 2);
  CAPTURE(ending);
  queue.Add(kA, Wake::kObjectChange);
  Take(kA);
  queue.Add(kA, Wake::kObjectChange);
  TakeNothing();
  if (ending == 0) queue.Done(kA, std::nullopt);
  if (ending == 1) queue.DoneRetry(kA, kRetryMax);
  if (ending == 2) queue.DoneConflict(kA);
  Take(kA);
  queue.Done(kA, std::nullopt);
  time.Advance(seconds(3600));
  TakeNothing();
  Proves("D-520");
}

// Whom this serves: everybody, while one tenant has many large objects.
TEST_CASE_METHOD(Fixture, "a key that may not begin is set aside, and holds up no other (R-067)") {
  bool room = false;
  int asked = 0;  // about kA
  queue.may_begin = [&](const QueueKey& key) {
    if (key.name == "a") ++asked;
    return room || key.name != "a";
  };
  queue.Add(kA, Wake::kSpecChange);
  queue.Add(kB, Wake::kObjectChange);
  Take(kB);
  CHECK_FALSE(queue.user_waits());
  CHECK(queue.counters().depth == 1);
  CHECK(queue.counters().depth_by_priority[static_cast<size_t>(Priority::kUser)] == 1);
  CHECK(queue.counters().processing == 1);
  queue.Done(kB, std::nullopt);
  CHECK_FALSE(queue.idle());
  TakeNothing();
  queue.TakeUpAside();
  TakeNothing();  // no room still
  CHECK(asked == 2);
  queue.Add(kA, Wake::kStatusChange);  // as a Pod of its does all the time
  time.Advance(seconds(5));
  TakeNothing();
  CHECK(asked == 2);
  SECTION("it is taken up when there is room, as old as it is") {
    room = true;
    TakeNothing();
    Duration waited{0};
    queue.on_queue_duration = [&](Duration d) { waited = d; };
    queue.TakeUpAside();
    Take(kA);
    CHECK(waited == seconds(5));
    queue.Done(kA, std::nullopt);
  }
  SECTION("or when it is woken") {
    room = true;
    queue.Add(kA, Wake::kSpecChange);
    Take(kA);
    queue.TakeUpAside();  // it waits no more
    TakeNothing();
    queue.Done(kA, std::nullopt);
  }
  CHECK(queue.idle());
  CHECK(queue.size() == 0);
  CHECK(queue.counters().depth_by_priority[static_cast<size_t>(Priority::kUser)] == 0);
  queue.TakeUpAside();
  TakeNothing();
}

TEST_CASE_METHOD(Fixture, "namespaces take turns among the keys that are set aside (R-067)") {
  int begun = 0;
  queue.may_begin = [&](const QueueKey&) { return begun > 0; };
  for (int i = 0; i < 40; ++i) queue.Add({{"noisy", std::to_string(i)}}, Wake::kObjectChange);
  queue.Add({{"quiet", "q"}}, Wake::kObjectChange);
  TakeNothing();
  queue.TakeUpAside();
  begun = 1;
  std::set<std::string> taken;
  for (int i = 0; i < 2; ++i) taken.insert(queue.Get()->ToString());
  CHECK(taken.contains("quiet/q"));
}

TEST_CASE_METHOD(Fixture, "`ready` is called when the first key becomes ready, also by a timer") {
  queue.Add(kA, Wake::kObjectChange);
  queue.Add(kB, Wake::kObjectChange);
  CHECK(ready_calls == 1);
  Take(kA);
  Take(kB);
  queue.Done(kA, seconds(5));
  queue.Done(kB, std::nullopt);
  CHECK(ready_calls == 1);
  time.Advance(seconds(5));
  CHECK(ready_calls == 2);
}

TEST_CASE_METHOD(Fixture,
                 "`ready` is called for a key that may be taken while others may not (Q-010)") {
  for (int i = 0; i < 10; ++i) {
    queue.Add({{"busy", "key-" + std::to_string(i)}}, Wake::kObjectChange);
  }
  for (int i = 0; i < 7; ++i) REQUIRE(queue.Get().has_value());
  CHECK(queue.Get() == std::nullopt);
  CHECK(ready_calls == 1);
  queue.Add({{"calm", "key"}}, Wake::kObjectChange);
  CHECK(ready_calls == 2);
  CHECK(queue.Get().has_value());
}

TEST_CASE_METHOD(Fixture, "the back-off is 50 ms * 2^n +- 50 %, at most the longest (Q-005)") {
  struct Row {
    int failures;
    Duration longest;
    Duration low;
    Duration high;
  };
  const Row row = GENERATE(values<Row>({
      {1, kRetryMax, milliseconds(25), milliseconds(75)},
      {2, kRetryMax, milliseconds(50), milliseconds(150)},
      {5, kRetryMax, milliseconds(400), milliseconds(1200)},
      {11, kRetryMax, milliseconds(25600), seconds(60)},
      {40, kRetryMax, seconds(30), seconds(60)},
      {40, kPolicyRetryMax, seconds(150), seconds(300)},
  }));
  CAPTURE(row.failures);
  queue.Add(kA, Wake::kObjectChange);
  const Duration waited = FailTimes(kA, row.failures, row.longest);
  CHECK(waited >= row.low);
  CHECK(waited <= row.high);
  Proves("D-530");
}

TEST_CASE_METHOD(Fixture, "a server's Retry-After is the least a key waits (C-011)") {
  queue.Add(kA, Wake::kObjectChange);
  Take(kA);
  queue.DoneRetry(kA, kRetryMax, seconds(7));
  CHECK(UntilReady() == seconds(7));
}

TEST_CASE_METHOD(Fixture, "success forgets failures; a status change while backing off does not") {
  queue.Add(kA, Wake::kObjectChange);
  FailTimes(kA, 8, kRetryMax);
  Take(kA);
  queue.DoneRetry(kA, kRetryMax);
  queue.Add(kA, Wake::kStatusChange);
  CHECK(UntilReady() == kStatusCoalescing);
  CHECK(FailTimes(kA, 1, kRetryMax) >= milliseconds(50 * 512 / 2));
  Take(kA);
  std::optional<Duration> look_again_in;  // a key with a deadline stays in memory
  if (GENERATE(false, true)) look_again_in = seconds(3600);
  queue.Done(kA, look_again_in);
  queue.Add(kA, Wake::kObjectChange);
  CHECK(FailTimes(kA, 1, kRetryMax) <= milliseconds(75));
  Proves("D-530");
}

TEST_CASE_METHOD(Fixture, "a key that ends well starts over, also if it is ready again at once") {
  queue.Add(kA, Wake::kObjectChange);
  FailTimes(kA, 8, kRetryMax);
  Take(kA);
  queue.Add(kA, Wake::kObjectChange);
  queue.Done(kA, std::nullopt);
  CHECK(FailTimes(kA, 1, kRetryMax) <= milliseconds(75));
}

TEST_CASE_METHOD(Fixture, "retry and deadline do not overwrite each other (Q-004)") {
  queue.Add(kA, Wake::kObjectChange);
  Take(kA);
  queue.Done(kA, seconds(600));
  time.Advance(seconds(100));
  queue.Add(kA, Wake::kObjectChange);
  Take(kA);
  SECTION("a failure keeps the deadline, in absolute time") {
    queue.DoneRetry(kA, kRetryMax);
    CHECK(UntilReady() <= milliseconds(75));
    Take(kA);
    queue.DoneConflict(kA);
    UntilReady();
    Take(kA);
    queue.DoneRetry(kA, kRetryMax);
    UntilReady();
    Take(kA);  // still processed when the deadline makes it ready again
    UntilReady(seconds(1000));
    CHECK(time.Now().since_start == seconds(600));
    queue.Done(kA, std::nullopt);
    Take(kA);
  }
  SECTION("or arms it anew, sooner or later, and the retry all the same") {
    const Duration look_again_in = GENERATE(seconds(10), seconds(700));
    const bool conflict = GENERATE(false, true);
    queue.LookAgain(kA, look_again_in);
    if (conflict) {
      queue.DoneConflict(kA);
    } else {
      queue.DoneRetry(kA, kRetryMax);
    }
    CHECK(UntilReady() <= kConflictWait);
    Take(kA);  // still being processed
    UntilReady(seconds(1000));
    CHECK(time.Now().since_start == seconds(100) + look_again_in);
    queue.Done(kA, std::nullopt);
    Take(kA);
  }
  SECTION("a success replaces it") {
    queue.Done(kA, seconds(700));
    CHECK(UntilReady() == seconds(700));
  }
  SECTION("or clears it") {
    queue.Done(kA, std::nullopt);
    CHECK(time.timers().empty());
  }
  Proves("D-444 W-09");
}

TEST_CASE_METHOD(Fixture, "a deadline serves a key that is backing off, whose retry then is void") {
  queue.Add(kA, Wake::kObjectChange);
  FailTimes(kA, 9, kRetryMax);
  Take(kA);
  queue.Done(kA, milliseconds(10));
  time.Advance(milliseconds(10));
  Take(kA);
  queue.Done(kA, std::nullopt);
  time.Advance(seconds(3600));
  TakeNothing();
  CHECK(time.timers().empty());
  CHECK(queue.idle());
}

TEST_CASE_METHOD(Fixture, "a spec change ends the back-off and is served at once (Q-007)") {
  queue.Add(kA, Wake::kObjectChange);
  FailTimes(kA, 12, kPolicyRetryMax);
  Take(kA);
  SECTION("while it waits") {
    queue.DoneRetry(kA, kPolicyRetryMax);
    TakeNothing();
    queue.Add(kA, Wake::kSpecChange);
  }
  SECTION("while it is processed: what failed was the old spec") {
    queue.Add(kA, Wake::kSpecChange);
    queue.DoneRetry(kA, kPolicyRetryMax);
  }
  CHECK(FailTimes(kA, 1, kPolicyRetryMax) <= milliseconds(75));
  CHECK(FailTimes(kA, 3, kPolicyRetryMax) >= milliseconds(50 * 8 / 2));
}

TEST_CASE_METHOD(Fixture, "an object change is served at once but keeps the failures") {
  queue.Add(kA, Wake::kObjectChange);
  FailTimes(kA, 7, kRetryMax);
  Take(kA);
  queue.DoneRetry(kA, kRetryMax);
  queue.Add(kA, Wake::kObjectChange);
  CHECK(FailTimes(kA, 1, kRetryMax) >= milliseconds(50 * 256 / 2));
}

TEST_CASE_METHOD(Fixture,
                 "a conflict waits for the event that caused it, at most a second (Q-006)") {
  queue.Add(kA, Wake::kObjectChange);
  Take(kA);
  SECTION("the event comes") {
    queue.DoneConflict(kA);
    TakeNothing();
    queue.Add(kA, Wake::kStatusChange);
    CHECK(UntilReady() == kStatusCoalescing);
  }
  SECTION("the event came while the request was out") {
    queue.Add(kA, Wake::kStatusChange);
    queue.DoneConflict(kA);
    CHECK(UntilReady() == kStatusCoalescing);
  }
  SECTION("no event comes") {
    queue.DoneConflict(kA);
    CHECK(UntilReady() == kConflictWait);
  }
  Take(kA);
  queue.Done(kA, std::nullopt);
  CHECK(time.timers().empty());
}

TEST_CASE_METHOD(Fixture, "conflicts back off from the fifth in a row (Q-006)") {
  queue.Add(kA, Wake::kObjectChange);
  for (int i = 1; i < kConflictsMax; ++i) {
    Take(kA);
    queue.DoneConflict(kA);
    CHECK(UntilReady() == kConflictWait);
  }
  Take(kA);
  queue.DoneConflict(kA);
  CHECK(queue.empty());
  CHECK(UntilReady() <= milliseconds(75));
  Take(kA);
  queue.DoneConflict(kA);
  CHECK(queue.empty());  // still conflicts in a row
  UntilReady();
  Take(kA);
  queue.Done(kA, std::nullopt);
  queue.Add(kA, Wake::kObjectChange);
  Take(kA);
  queue.DoneConflict(kA);
  CHECK(UntilReady() == kConflictWait);
  CHECK(queue.counters().retries == 2);
  Proves("D-531");
}

TEST_CASE_METHOD(Fixture, "a failure in between ends a row of conflicts (Q-006)") {
  queue.Add(kA, Wake::kObjectChange);
  for (int i = 0; i < 2 * kConflictsMax; ++i) {
    Take(kA);
    if (i == kConflictsMax - 1) {
      queue.DoneRetry(kA, kRetryMax);
    } else {
      queue.DoneConflict(kA);
    }
    UntilReady();
  }
  CHECK(queue.counters().retries == 2);  // this one, and the last conflict
}

TEST_CASE_METHOD(Fixture, "namespaces take turns (Q-010)") {
  for (int i = 0; i < 3; ++i) queue.Add({"big", std::to_string(i)}, Wake::kObjectChange);
  queue.Add({"small", "x"}, Wake::kObjectChange);
  queue.Add({"tiny", "y"}, Wake::kObjectChange);
  Take({"big", "0"});
  Take({"small", "x"});
  Take({"tiny", "y"});
  queue.Add({"late", "z"}, Wake::kObjectChange);
  Take({"big", "1"});
  Take({"late", "z"});
  Take({"big", "2"});
  TakeNothing();
}

TEST_CASE_METHOD(Fixture,
                 "a key added again while ready takes the higher priority (Q-001, Q-009)") {
  queue.Add(kA, Wake::kObjectChange);
  queue.Add(kB, Wake::kResync);
  CHECK(!queue.user_waits());
  queue.Add(kB, Wake::kSpecChange);
  queue.Add(kB, Wake::kStatusChange);
  CHECK(queue.user_waits());
  CHECK(queue.counters().depth == 2);
  CHECK(queue.counters().depth_by_priority[static_cast<size_t>(Priority::kUser)] == 1);
  CHECK(queue.counters().depth_by_priority[static_cast<size_t>(Priority::kResync)] == 0);
  Take(kB);
  Take(kA);
}

TEST_CASE_METHOD(Fixture, "what wakes a key decides its priority (Q-009)") {
  const QueueKey user{"ns", "user"};
  const QueueKey step{"ns", "step"};
  const QueueKey gathered{"ns", "gathered"};
  const QueueKey status{"ns", "status"};
  const QueueKey resync{"ns", "resync"};
  queue.Add(resync, Wake::kResync);
  queue.Add(status, Wake::kStatusChange);
  queue.Add(gathered, Wake::kAwaitedStatus);
  time.Advance(kStatusCoalescing);
  queue.Add(step, Wake::kObjectChange);
  queue.Add(user, Wake::kSpecChange);
  for (const QueueKey& key : {user, gathered, step, status, resync}) Take(key);
}

TEST_CASE_METHOD(Fixture, "a wake-up while processing counts for the next time (Q-009)") {
  queue.Add(kA, Wake::kSpecChange);
  Take(kA);
  queue.Add(kA, Wake::kStatusChange);
  time.Advance(kStatusCoalescing);
  queue.Done(kA, std::nullopt);
  queue.Add(kB, Wake::kObjectChange);
  Take(kB);
  Take(kA);
}

TEST_CASE_METHOD(Fixture, "a retry goes on as a step of a rollout at most (Q-009)") {
  queue.Add(kA, Wake::kSpecChange);
  Take(kA);
  queue.DoneRetry(kA, kRetryMax);
  UntilReady();
  queue.Add(kB, Wake::kSpecChange);
  Take(kB);
  Take(kA);
  queue.Add({"ns", "resync"}, Wake::kResync);
  Take({"ns", "resync"});
  queue.DoneRetry({"ns", "resync"}, kRetryMax);
  UntilReady();
  CHECK(queue.counters().depth_by_priority[static_cast<size_t>(Priority::kStatus)] == 1);
}

TEST_CASE_METHOD(Fixture, "a noisy key is served one class later (Q-011)") {
  queue.is_noisy = [](const QueueKey& key) { return key == kA; };
  queue.Add(kA, Wake::kSpecChange);
  queue.Add(kB, Wake::kSpecChange);
  Take(kB);
  queue.Add({"ns", "step"}, Wake::kObjectChange);
  Take(kA);
  Take({"ns", "step"});
}

TEST_CASE_METHOD(Fixture, "failures are forgotten after an hour without one (Q-005)") {
  queue.Add(kA, Wake::kObjectChange);
  FailTimes(kA, 9, kRetryMax);
  const Duration apart = GENERATE(Duration(kFailuresForgottenAfter), Duration(seconds(3000)));
  Take(kA);
  queue.DoneRetry(kA, kRetryMax);
  UntilReady();
  Take(kA);  // for example, this sync waits for its turn
  time.Advance(apart);
  queue.DoneRetry(kA, kRetryMax);
  const Duration waited = UntilReady();
  if (apart == kFailuresForgottenAfter) {
    CHECK(waited <= milliseconds(75));
  } else {
    CHECK(waited >= milliseconds(50 * 1024 / 2));
  }
}

TEST_CASE_METHOD(Fixture, "after ten internal errors in a row a key is tried every 5 min (Q-014)") {
  queue.Add(kA, Wake::kObjectChange);
  for (int i = 1; i < kInternalErrorsMax; ++i) {
    Take(kA);
    CHECK(queue.DoneInternalError(kA) == i);
    CHECK(UntilReady() <= kRetryMax);
  }
  SECTION("which the next ones are, too") {
    for (int i = kInternalErrorsMax; i < kInternalErrorsMax + 3; ++i) {
      Take(kA);
      CHECK(queue.DoneInternalError(kA) == i);
      CHECK(UntilReady() == kPolicyRetryMax);
    }
    queue.Add(kA, Wake::kSpecChange);
    Take(kA);
    CHECK(queue.DoneInternalError(kA) == 1);
    CHECK(UntilReady() <= milliseconds(75));
  }
  SECTION("unless something else came between") {
    Take(kA);
    queue.DoneRetry(kA, kRetryMax);
    UntilReady();
    Take(kA);
    CHECK(queue.DoneInternalError(kA) == 1);
    CHECK(UntilReady() <= kRetryMax);
  }
}

TEST_CASE_METHOD(Fixture, "status changes are gathered for 20 ms, not extended (W-11)") {
  queue.Add(kA, Wake::kStatusChange);
  TakeNothing();
  SECTION("a later one does not extend it") {
    time.Advance(milliseconds(15));
    queue.Add(kA, Wake::kStatusChange);
    time.Advance(milliseconds(4));
    TakeNothing();
    time.Advance(milliseconds(1));
    Take(kA);
    queue.Done(kA, std::nullopt);
    CHECK(time.timers().empty());
  }
  SECTION("a stronger wake serves it at once") {
    queue.Add(kA, Wake::kObjectChange);
    Take(kA);
    queue.Done(kA, std::nullopt);
    CHECK(time.timers().empty());
  }
  SECTION("a key that will be served anyway needs no more") {
    queue.Add(kA, Wake::kObjectChange);
    Take(kA);
    queue.Add(kA, Wake::kObjectChange);
    queue.Add(kA, Wake::kStatusChange);
    queue.Done(kA, std::nullopt);
    Take(kA);
    queue.Done(kA, std::nullopt);
    CHECK(time.timers().empty());
  }
  SECTION("a key in processing is dirty when they are gathered, not before") {
    queue.Add(kA, Wake::kObjectChange);
    Take(kA);
    queue.Add(kA, Wake::kStatusChange);
    SECTION("done before") {
      queue.Done(kA, std::nullopt);
      TakeNothing();
      time.Advance(kStatusCoalescing);
    }
    SECTION("done after") {
      time.Advance(kStatusCoalescing);
      TakeNothing();
      queue.Done(kA, std::nullopt);
    }
    Take(kA);
  }
  Proves("W-11");
}

TEST_CASE_METHOD(Fixture, "an idle key costs no memory (Q-012)") {
  for (int i = 0; i < 1000; ++i) queue.Add({"ns", std::to_string(i)}, Wake::kObjectChange);
  CHECK(queue.size() == 1000);
  for (int i = 0; i < 1000; ++i) {
    const QueueKey key = *queue.Get();
    if (i % 4 < 2) queue.Done(key, std::nullopt);
    if (i % 4 == 2) queue.Done(key, seconds(60));
    if (i % 4 == 3) queue.DoneRetry(key, kRetryMax);
  }
  CHECK(queue.size() == 500);  // the keys with a timer
  CHECK(queue.idle());
  time.Advance(seconds(60));
  while (const auto key = queue.Get()) queue.Done(*key, std::nullopt);
  CHECK(queue.size() == 0);
  CHECK(time.timers().empty());
}

// Returns the bytes that the allocator has given out, with its own overhead; 0 under sanitizers.
size_t BytesInUse() { return mallinfo2().uordblks; }

TEST_CASE_METHOD(Fixture, "100 000 ready keys take less than 20 MiB (Q-012)") {
  const Symbol shop("shop");  // shared, as a decoder's symbols are
  const size_t before = BytesInUse();
  for (int i = 100'000; i < 200'000; ++i) {
    queue.Add({shop, "deployment-of-" + std::to_string(i)}, Wake::kResync);
  }
  const size_t bytes = BytesInUse() - before;
  CHECK(queue.counters().depth == 100'000);
  UNSCOPED_INFO(bytes);
  CHECK(bytes < size_t{20} << 20U);
}

TEST_CASE_METHOD(Fixture, "durations and counters are what the metrics need (Q-018)") {
  Duration waited{0};
  Duration worked{0};
  queue.on_queue_duration = [&](Duration d) { waited = d; };
  queue.on_work_duration = [&](Duration d) { worked = d; };
  queue.Add(kA, Wake::kObjectChange);
  queue.Add(kB, Wake::kObjectChange);
  time.Advance(seconds(3));
  Take(kA);
  CHECK(waited == seconds(3));
  time.Advance(seconds(2));
  Take(kB);
  time.Advance(seconds(1));
  const WorkQueueCounters counters = queue.counters();
  CHECK(counters.depth == 0);
  CHECK(counters.processing == 2);
  CHECK(counters.longest_running == seconds(3));
  CHECK(counters.unfinished == seconds(4));
  CHECK(!queue.idle());
  queue.Done(kA, std::nullopt);
  CHECK(worked == seconds(3));
}

TEST_CASE("a queue that goes takes its timers with it (Q-016)") {
  VirtualTime time;
  Random random(1);
  {
    WorkQueue queue(time, random, time.timers(), 8, {.per_second = 0.1, .burst = 1}, [] {});
    for (const QueueKey& key : {kA, kB}) {
      queue.Add(key, Wake::kObjectChange);
      queue.Get();
      queue.DoneRetry(key, kRetryMax);
    }
    time.Advance(seconds(1));
    REQUIRE(queue.counters().depth == 1);  // the other one waits for its turn
    queue.Done(*queue.Get(), seconds(5));
    queue.Add({"ns", "gathered"}, Wake::kStatusChange);
    CHECK(!time.timers().empty());
  }
  CHECK(time.timers().empty());
}

TEST_CASE("the same calls, clock and seed give the same order (Q-019)") {
  const auto run = [] {
    VirtualTime time;
    Random random(7);
    Random choices(9);
    WorkQueue queue(time, random, time.timers(), 8, kRetries, [] {});
    std::string order;
    for (int i = 0; i < 500; ++i) {
      const QueueKey key{std::string(1, static_cast<char>('n' + Below(choices, 3))),
                         std::to_string(Below(choices, 20))};
      queue.Add(key, static_cast<Wake>(Below(choices, 5)));
      const auto got = queue.Get();
      if (got) {
        order += got->ToString() + "@" + std::to_string(time.Now().since_start.count()) + " ";
        queue.DoneRetry(*got, kRetryMax);
      }
      time.Advance(milliseconds(Below(choices, 50)));
    }
    return order;
  };
  const std::string order = run();
  CHECK(order.size() > 1000);
  CHECK(order == run());
}

}  // namespace
}  // namespace windlass::work_queue_test
