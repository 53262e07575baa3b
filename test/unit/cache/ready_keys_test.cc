// The order of ready keys: priorities, ageing, turns and shares of namespaces.
#include "kubeclient/cache/ready_keys.h"

#include <deque>
#include <string>
#include <vector>

#include "test/catch.h"

namespace windlass::ready_keys_test {
namespace {

struct Fixture {
  explicit Fixture(int workers = 1000) : ready(workers) {}

  void Add(const std::string& namespace_, const std::string& name, Priority priority,
           uint8_t controller = 0) {
    names.push_back({{namespace_, name}, controller});
    ReadyKey& key = keys.emplace_back();
    key.key = &names.back();
    key.since = now;
    key.priority = priority;
    ready.Add(key);
  }
  void Raise(const std::string& name, Priority priority) {
    for (ReadyKey& key : keys) {
      if (key.key->name == name) ready.Raise(key, priority);
    }
  }
  std::string Take() {
    const ReadyKey* key = ready.Take(now);
    return key == nullptr ? "" : key->key->name;
  }
  std::string TakeAll() {
    std::string order;
    while (const ReadyKey* key = ready.Take(now)) order += key->key->name + " ";
    return order;
  }

  MonotonicTime now{seconds(1000)};
  std::deque<QueueKey> names;
  std::deque<ReadyKey> keys;
  ReadyKeys ready;
};

TEST_CASE_METHOD(Fixture, "the most urgent class goes first, each first come first served") {
  Add("ns", "r1", Priority::kResync);
  Add("ns", "s1", Priority::kStatus);
  Add("ns", "s2", Priority::kStatus);
  Add("ns", "u1", Priority::kUser);
  Add("ns", "x1", Priority::kUnderWay);
  Add("ns", "u2", Priority::kUser);
  CHECK(ready.size() == 6);
  CHECK(ready.size(Priority::kStatus) == 2);
  CHECK(TakeAll() == "u1 u2 x1 s1 s2 r1 ");
  CHECK(ready.empty());
  CHECK(ready.size() == 0);
}

TEST_CASE_METHOD(Fixture, "a key that is raised leaves its line wherever it stands") {
  for (const char* name : {"a", "b", "c", "d"}) Add("ns", name, Priority::kResync);
  const std::string raised = GENERATE("a", "b", "d");
  Raise(raised, Priority::kUnderWay);
  CHECK(ready.size(Priority::kResync) == 3);
  CHECK(Take() == raised);
  std::string rest = "a b c d ";
  rest.erase(rest.find(raised), 2);
  CHECK(TakeAll() == rest);
}

TEST_CASE_METHOD(Fixture, "the controllers of a namespace take turns, and no more than others") {
  for (const char* name : {"d1", "d2", "d3"}) Add("ns", name, Priority::kUnderWay, 0);
  for (const char* name : {"r1", "r2"}) Add("ns", name, Priority::kUnderWay, 1);
  for (const char* name : {"o1", "o2"}) Add("other", name, Priority::kUnderWay, 0);
  CHECK(TakeAll() == "d1 o1 r1 o2 d2 r2 d3 ");
}

TEST_CASE_METHOD(Fixture, "the controller whose key has waited longest comes before its turn") {
  Add("ns", "old", Priority::kStatus, 1);
  now = now + seconds(30);
  Add("ns", "d1", Priority::kStatus, 0);
  Add("ns", "r2", Priority::kStatus, 1);
  CHECK(TakeAll() == "old d1 r2 ");
}

TEST_CASE_METHOD(Fixture, "waiting is worth 50 points every 10 s (Q-009)") {
  struct Row {
    Priority waiting;
    Priority fresh;
    int seconds_needed;
  };
  const Row row = GENERATE(values<Row>({
      {Priority::kResync, Priority::kStatus, 20},
      {Priority::kResync, Priority::kUnderWay, 30},
      {Priority::kResync, Priority::kUser, 40},
      {Priority::kStatus, Priority::kUser, 20},
      {Priority::kUnderWay, Priority::kUser, 10},
  }));
  Add("ns", "waiting", row.waiting);
  now = now + seconds(row.seconds_needed - 2);
  Add("ns", "fresh", row.fresh);
  CHECK(Take() == "fresh");
  now = now + seconds(2);
  Add("ns", "fresh", row.fresh);
  CHECK(Take() == "waiting");
}

TEST_CASE_METHOD(Fixture, "after 40 s the least urgent key is level with a user's change (Q-009)") {
  Add("ns", "resync", Priority::kResync);
  for (int second = 0;; ++second) {
    REQUIRE(second <= 41);
    Add("ns", "user", Priority::kUser);
    if (Take() == "resync") break;
    now = now + seconds(1);
  }
}

TEST_CASE_METHOD(Fixture, "namespaces take turns within a class (Q-010)") {
  for (const char* name : {"a1", "a2", "a3"}) Add("a", name, Priority::kUnderWay);
  Add("b", "b1", Priority::kUnderWay);
  Add("b", "b0", Priority::kStatus);
  Add("c", "c1", Priority::kUnderWay);
  CHECK(Take() == "a1");
  CHECK(Take() == "b1");
  Add("d", "d1", Priority::kUnderWay);
  CHECK(TakeAll() == "c1 a2 d1 a3 b0 ");
}

TEST_CASE("a namespace gets no more than half of the workers while another waits (Q-010)") {
  const int workers = GENERATE(1, 4, 5);
  const int share = (workers + 1) / 2;
  Fixture fixture(workers);
  for (int i = 0; i < 20; ++i) fixture.Add("busy", "busy", Priority::kUser);
  for (int i = 0; i < share; ++i) CHECK(fixture.Take() == "busy");
  SECTION("the other one goes first, however little urgent") {
    fixture.Add("other", "other", Priority::kResync);
    CHECK(fixture.Take() == "other");
    fixture.Add("other", "other", Priority::kResync);
    fixture.ready.Done("busy");  // below its share again
    CHECK(fixture.Take() == "busy");
    if (share > 1) CHECK(fixture.Take() == "other");
  }
  SECTION("while nobody waits it may have them all") {
    for (int i = share; i < workers; ++i) CHECK(fixture.Take() == "busy");
  }
}

// Whom this serves: users of other namespaces, while all of a tenant's writes wait for a webhook.
TEST_CASE("of the last workers a namespace gets as many as it leaves free (Q-010)") {
  Fixture fixture(64);
  for (int i = 0; i < 200; ++i) {
    fixture.Add("busy-1", "busy", Priority::kUser);
    fixture.Add("busy-2", "busy", Priority::kUser);
  }
  for (int i = 0; i < 56; ++i) CHECK(fixture.Take() == "busy");
  CHECK(fixture.Take().empty());
  for (int i = 0; i < 20; ++i) fixture.Add("calm", "calm", Priority::kResync);
  for (int i = 0; i < 4; ++i) CHECK(fixture.Take() == "calm");
  CHECK(fixture.Take().empty());
  fixture.ready.Done("calm");
  CHECK(fixture.Take() == "calm");
  fixture.ready.Done("busy-1");
  CHECK(fixture.Take() == "calm");  // five are free
  CHECK(fixture.Take().empty());
  fixture.ready.Done("calm");
  CHECK(fixture.Take() == "calm");
  for (int i = 0; i < 10; ++i) fixture.ready.Done("busy-2");
  CHECK(fixture.Take() == "busy");
}

TEST_CASE_METHOD(Fixture, "5000 keys of one namespace do not delay the one of another (Q-010)") {
  for (int i = 0; i < 5000; ++i) Add("crashing", "crashing", Priority::kUnderWay);
  for (int i = 0; i < 100; ++i) Take();
  Add("calm", "calm", Priority::kUnderWay);
  Take();
  CHECK(Take() == "calm");
}

}  // namespace
}  // namespace windlass::ready_keys_test
