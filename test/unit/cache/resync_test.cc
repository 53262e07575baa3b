// How the keys of a store are spread over a round.
#include "kubeclient/cache/resync.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/cache/virtual_time.h"

namespace windlass::resync_test {
namespace {

struct Fixture {
  VirtualTime time;
  Random random{1};
  std::set<ObjectKey> keys;
  std::map<ObjectKey, std::vector<MonotonicTime>> looks;
  std::map<MonotonicTime, int> at;
  Resync resync{time,
                random,
                time.timers(),
                {[this] { return keys.size(); },
                 [this](const std::optional<ObjectKey>& last) -> std::optional<ObjectKey> {
                   const auto next = last ? keys.upper_bound(*last) : keys.begin();
                   if (next == keys.end()) return std::nullopt;
                   return *next;
                 }},
                [this](const ObjectKey& key) {
                  looks[key].push_back(time.Now());
                  ++at[time.Now()];
                }};

  void Fill(int count) {
    for (int i = 0; i < count; ++i) keys.insert({Symbol("ns"), "o" + std::to_string(i)});
  }
};

TEST_CASE_METHOD(Fixture, "every key is looked at in every round, spread over it (R-050)") {
  const int count = GENERATE(1, 7, 1000, 5000);
  CAPTURE(count);
  Fill(count);
  resync.Start();
  time.Advance(kResyncPeriod * 20);
  REQUIRE(looks.size() == static_cast<size_t>(count));
  for (const auto& [key, times] : looks) {
    CHECK(times.size() >= 12);  // at least 13.3 rounds, at most 40
    CHECK(times.size() <= 40);
    for (size_t i = 1; i < times.size(); ++i) {
      CHECK(times[i] - times[i - 1] <= kResyncPeriod * 3);
    }
  }
  const auto most = std::ranges::max_element(at, {}, [](const auto& turn) { return turn.second; });
  CHECK(most->second <= count / static_cast<int>(kResyncTurnsMax) + 1);
  std::map<int64_t, int> in_minute;
  for (const auto& [when, number] : at) in_minute[when.since_start / seconds(60)] += number;
  // The shortest round has 15 minutes.
  const auto busiest =
      std::ranges::max_element(in_minute, {}, [](const auto& minute) { return minute.second; });
  CHECK(busiest->second <= count * 2 / 15 + 2);
  Proves("D-024");
}

// A process starts before its caches have their first list.
TEST_CASE_METHOD(Fixture,
                 "a store that is filled after the start is walked through in time (R-050)") {
  resync.Start();
  time.Advance(seconds(5));
  Fill(5000);
  time.Advance(kResyncPeriod * 3 / 2);
  CHECK(looks.size() == 5000);
  const auto most = std::ranges::max_element(at, {}, [](const auto& turn) { return turn.second; });
  CHECK(most->second <= 28);
  Proves("D-024");
}

TEST_CASE_METHOD(Fixture, "an empty store wakes nobody more often than a round (R-050)") {
  resync.Start();
  int turns = 0;
  while (time.Now().since_start < kResyncPeriod * 20) {
    time.Advance(*time.timers().next() - time.Now());
    ++turns;
  }
  CHECK(turns <= 80);
  CHECK(looks.empty());
  Fill(1);
  time.Advance(kResyncPeriod * 3);
  CHECK(looks.size() == 1);
}

TEST_CASE_METHOD(Fixture, "keys may come and go within a round (R-050)") {
  Fill(500);
  resync.Start();
  for (int i = 0; i < 300; ++i) {
    time.Advance(seconds(10));
    keys.erase(keys.begin());
    keys.insert({Symbol("ns"), "z" + std::to_string(i)});
  }
  time.Advance(kResyncPeriod * 3);
  for (const ObjectKey& key : keys) CHECK(looks.contains(key));
}

TEST_CASE_METHOD(Fixture, "after Stop nobody is looked at (R-050, R-053)") {
  Fill(10);
  resync.Start();
  time.Advance(kResyncPeriod * 3 / 2);
  CHECK(looks.size() == 10);
  looks.clear();
  resync.Stop();
  CHECK(time.timers().empty());
  time.Advance(kResyncPeriod * 3);
  CHECK(looks.empty());
}

}  // namespace
}  // namespace windlass::resync_test
