// When retries whose back-off is over go on, in virtual time (D-521).
#include "kubeclient/cache/retry_turns.h"

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/cache/virtual_time.h"

namespace windlass::retry_turns_test {
namespace {

using Names = std::vector<std::string>;

// Two at once, then one a second.
constexpr RetryRate kRate{.per_second = 1, .burst = 2};

struct Fixture {
  VirtualTime time;
  Names gone_on;  // in order
  std::array<QueueKey, 6> keys = {QueueKey{"ns", "a"}, QueueKey{"ns", "b"}, QueueKey{"ns", "c"},
                                  QueueKey{"ns", "d"}, QueueKey{"ns", "e"}, QueueKey{"other", "x"}};
  std::optional<RetryTurns> turns{std::in_place, time, time.timers(), kRate,
                                  [this](const QueueKey& key) { gone_on.push_back(key.name); }};

  RetryTurns::Ticket Join(size_t i) {
    const RetryTurns::Ticket ticket = turns->Join(keys[i]);
    if (ticket == 0) gone_on.push_back(keys[i].name);
    return ticket;
  }
};

TEST_CASE_METHOD(Fixture, "retries go on while there are tokens, then the longest waiting first") {
  for (size_t i = 0; i < 5; ++i) Join(i);
  CHECK(gone_on == Names{"a", "b"});
  CHECK(turns->Describe() == "{ ns/c ns/d ns/e}");
  time.Advance(seconds(1) - Duration(1));
  CHECK(gone_on.size() == 2);
  time.Advance(Duration(1));
  CHECK(gone_on == Names{"a", "b", "c"});
  Join(0);  // in line behind the others
  time.Advance(seconds(3));
  CHECK(gone_on == Names{"a", "b", "c", "d", "e", "a"});
  Proves("D-521");
}

TEST_CASE_METHOD(Fixture, "a retry waits for none of another namespace (D-521)") {
  for (size_t i = 0; i < 5; ++i) Join(i);
  CHECK(Join(5) == 0);
  Proves("D-521");
}

TEST_CASE_METHOD(Fixture, "a key that leaves the line takes no token (D-521)") {
  for (size_t i = 0; i < 2; ++i) Join(i);
  const RetryTurns::Ticket c = Join(2);
  Join(3);
  time.Advance(milliseconds(500));
  turns->Leave(keys[2], c);
  CHECK(turns->Describe() == "{ ns/d}");
  time.Advance(milliseconds(500));
  CHECK(gone_on == Names{"a", "b", "d"});
  Proves("D-521");
}

TEST_CASE_METHOD(Fixture, "what a retry has cost beyond its token is paid before the next turn") {
  Join(0);
  turns->Charge(keys[0].namespace_, 3);  // one token is left for it; two are still owed
  Join(1);
  Join(5);  // in another namespace
  time.Advance(seconds(3) - Duration(1));
  CHECK(gone_on == Names{"a", "x"});
  time.Advance(Duration(1));
  CHECK(gone_on == Names{"a", "x", "b"});
  time.Advance(seconds(2) - Duration(1));
  CHECK(turns->namespaces() == 1);
  time.Advance(Duration(1));
  CHECK(turns->namespaces() == 0);
  CHECK(time.timers().empty());
  Proves("D-521");
}

TEST_CASE_METHOD(Fixture, "the key of no ticket is in no line") {
  Join(0);
  turns->Leave(keys[0], 0);
  turns->Leave(keys[5], 0);
  CHECK(turns->namespaces() == 1);
}

TEST_CASE_METHOD(Fixture, "a namespace is forgotten when nothing waits and its bucket is full") {
  SECTION("after a retry that found a token") {
    Join(0);
    time.Advance(seconds(1) - Duration(1));
    CHECK(turns->namespaces() == 1);
    time.Advance(Duration(1));
  }
  SECTION("after retries that waited") {
    for (size_t i = 0; i < 4; ++i) Join(i);
    time.Advance(seconds(4) - Duration(1));
    CHECK(turns->namespaces() == 1);
    time.Advance(Duration(1));
  }
  SECTION("after all that waited have left") {
    std::vector<RetryTurns::Ticket> tickets;
    for (size_t i = 0; i < 4; ++i) tickets.push_back(Join(i));
    for (size_t i = 2; i < 4; ++i) turns->Leave(keys[i], tickets[i]);
    time.Advance(seconds(2));
    CHECK(gone_on.size() == 2);
  }
  CHECK(turns->namespaces() == 0);
  CHECK(time.timers().empty());
  Proves("D-521");
}

TEST_CASE_METHOD(Fixture, "without a rate nothing waits and nothing is remembered") {
  turns.emplace(time, time.timers(), RetryRate{}, [](const QueueKey&) {});
  for (int i = 0; i < 1000; ++i) CHECK(turns->Join(keys[0]) == 0);
  CHECK(turns->namespaces() == 0);
  CHECK(time.timers().empty());
}

TEST_CASE_METHOD(Fixture, "the line takes its timers with it") {
  for (size_t i = 0; i < 6; ++i) Join(i);
  CHECK_FALSE(time.timers().empty());
  turns.reset();
  CHECK(time.timers().empty());
}

}  // namespace
}  // namespace windlass::retry_turns_test
