// What an informer does when the caches are full (R-065).
#include <string>

#include "test/catch.h"
#include "test/unit/cache/informer_fixture.h"
#include "test/unit/cache/wire.h"

namespace windlass::informer_budget_test {
namespace {

// A ReplicaSet with `bytes` bytes of labels' pairs and texts.
std::string Large(const std::string& text, size_t bytes) {
  std::string object = wire::Object(text);
  std::string labels;
  for (size_t i = 0; labels.size() < bytes; ++i) {
    labels += (i == 0 ? "" : ",") + ("\"key-" + text.substr(0, 1) + std::to_string(i)) + "\":\"" +
              std::string(60, 'x') + "\"";
  }
  const std::string meta = R"("metadata":{)";
  return object.insert(object.find(meta) + meta.size(), R"("labels":{)" + labels + "},");
}

struct Bounded : InformerFixture {
  explicit Bounded(size_t limit) : budget(symbols, limit) {}

  CacheBudget budget;
  Informer<ReplicaSet> bounded{
      InformerEnvironment{time, random, log, time.timers(), transport, decoder, nullptr, &budget},
      ReflectorOptions{resources::kReplicaSets, "", "", false}, &DecodeReplicaSet};

  bool Cut(const std::string& name) {
    const ReplicaSet* rs = bounded.store().Find(KeyNamed(name));
    REQUIRE(rs != nullptr);
    return rs->meta.cut();
  }
};

TEST_CASE("what a cache holds is counted, and nothing is left when it is emptied (R-065)") {
  Bounded f(0);
  f.bounded.Start();
  f.transport.Line(wire::Event("ADDED", Large("a@3", 20000)));
  f.transport.Line(wire::Added("b@4"));
  CHECK(f.budget.held() > 20000);
  f.transport.Line(wire::InitialEventsEnd("10"));
  const size_t held = f.budget.held();
  CHECK(held > 20000);
  f.transport.Line(wire::Modified("b@11"));
  CHECK(f.budget.held() == held);
  f.transport.Line(wire::Modified("a@12"));
  CHECK(f.budget.held() < held - 10000);
  f.transport.Line(wire::Deleted("a@13"));
  f.transport.Line(wire::Deleted("b@14"));
  CHECK(f.bounded.bytes() == 0);
  CHECK(f.symbols.bytes() < 1000);  // the namespace
}

TEST_CASE("an unreadable object counts until it is readable or gone (R-065, R-031)") {
  Bounded f(0);
  f.bounded.Start();
  f.transport.Line(wire::Added("a@3"));
  f.transport.Line(wire::InitialEventsEnd("10"));
  const size_t readable = f.bounded.bytes();
  f.transport.Line(wire::Event("MODIFIED", wire::Poison("a@11")));
  const size_t unreadable = f.bounded.bytes();
  CHECK(unreadable == readable + kBytesOfUnreadable);
  CHECK(f.budget.held() >= unreadable);
  SECTION("readable") {
    f.transport.Line(wire::Modified("a@12"));
    CHECK(f.bounded.bytes() == readable);
  }
  SECTION("deleted") {
    f.transport.Line(wire::Event("DELETED", wire::Poison("a@12")));
    CHECK(f.bounded.bytes() == 0);
  }
  SECTION("in a list that shows it unreadable, readable, or not at all") {
    f.transport.Line(wire::ErrorEvent(410, "Expired"));
    f.transport.Line(wire::Event("ADDED", wire::Poison("a@11")));
    CHECK(f.bounded.bytes() == unreadable + kBytesOfUnreadable);  // that of the list
    f.transport.Line(wire::InitialEventsEnd("20"));
    CHECK(f.bounded.bytes() == unreadable);
    f.transport.Line(wire::ErrorEvent(410, "Expired"));
    f.transport.Line(wire::Added("a@12"));
    f.transport.Line(wire::InitialEventsEnd("30"));
    CHECK(f.bounded.bytes() == readable);
    f.transport.Line(wire::Event("MODIFIED", wire::Poison("a@31")));
    f.transport.Line(wire::ErrorEvent(410, "Expired"));
    f.transport.Line(wire::InitialEventsEnd("40"));
    CHECK(f.bounded.bytes() == 0);
  }
  SECTION("the informer stops") {
    f.bounded.Stop();
    CHECK(f.bounded.bytes() == readable);
  }
}

TEST_CASE("an object without room is cut down, and whole again when there is room (R-065)") {
  // 1,080 labels take 17 KB for their pairs, and 230 KB for their texts, which count as if no other
  // object had them. The first leaves three times that of the quarter, 1,000,000 bytes.
  Bounded f(4000000);
  f.bounded.Start();
  f.transport.Line(wire::Event("ADDED", Large("a@3", 80000)));
  f.transport.Line(wire::Event("ADDED", Large("b@4", 80000)));
  f.transport.Line(wire::Added("c@5"));
  f.transport.Line(wire::InitialEventsEnd("10"));
  CHECK_FALSE(f.Cut("a"));
  CHECK(f.Cut("b"));
  CHECK_FALSE(f.Cut("c"));
  CHECK(f.bounded.cut() == 1);
  CHECK(f.bounded.store().Find(KeyNamed("b"))->meta.labels.empty());
  CHECK(f.bounded.store().Find(KeyNamed("b"))->replicas == 1);

  SECTION("by its next version") {
    f.transport.Line(wire::Modified("b@12"));
    CHECK_FALSE(f.Cut("b"));
    CHECK(f.bounded.cut() == 0);
  }
  SECTION("in the same version, by a list") {
    f.transport.Line(wire::Deleted("a@11"));
    CHECK(f.Cut("b"));
    f.transport.Line(wire::ErrorEvent(410, "Expired"));
    f.transport.Line(wire::Event("ADDED", Large("b@4", 80000)));
    f.transport.Line(wire::Added("c@5"));
    f.transport.Line(wire::InitialEventsEnd("20"));
    CHECK_FALSE(f.Cut("b"));
  }
  SECTION("not by a list while there is none") {
    f.transport.Line(wire::ErrorEvent(410, "Expired"));
    f.transport.Line(wire::Event("ADDED", Large("a@3", 80000)));
    f.transport.Line(wire::Event("ADDED", Large("b@4", 80000)));
    f.transport.Line(wire::InitialEventsEnd("20"));
    CHECK_FALSE(f.Cut("a"));
    CHECK(f.Cut("b"));
  }
}

TEST_CASE("large objects together take no more than a quarter of the budget (R-065)") {
  Bounded f(8000000);
  f.bounded.Start();
  // Five of 247 KB fit into 2,000,000 bytes, and leave three times 247 KB.
  for (int i = 1; i <= 8; ++i) {
    f.transport.Line(wire::Event("ADDED", Large("a" + std::to_string(i) + "@3", 80000)));
  }
  f.transport.Line(wire::InitialEventsEnd("10"));
  CHECK(f.bounded.cut() == 3);
  f.transport.Line(wire::Deleted("a1@11"));
  f.transport.Line(wire::Event("MODIFIED", Large("a8@12", 80000)));
  CHECK_FALSE(f.Cut("a8"));
  CHECK(f.bounded.cut() == 2);
}

// Whom this serves: the user of a Rollout of 64 KiB, whose neighbour has a few of megabytes.
TEST_CASE("very large objects leave room for smaller ones (R-065)") {
  Bounded f(8000000);
  f.bounded.Start();
  for (int i = 1; i <= 8; ++i) {
    f.transport.Line(wire::Event("ADDED", Large("a" + std::to_string(i) + "@3", 80000)));
  }
  for (int i = 1; i <= 8; ++i) {
    f.transport.Line(wire::Event("ADDED", Large("b" + std::to_string(i) + "@4", 10000)));
  }
  f.transport.Line(wire::InitialEventsEnd("10"));
  CHECK(f.bounded.cut() == 3);
  CHECK(f.Cut("a6"));
  CHECK_FALSE(f.Cut("b8"));
}

// Whom this serves: the user of a rollout that is under way, while another one fills the room.
TEST_CASE("what is held whole may grow further than what is new (R-065)") {
  Bounded f(4000000);
  f.bounded.Start();
  f.transport.Line(wire::Event("ADDED", Large("a@3", 80000)));
  f.transport.Line(wire::InitialEventsEnd("10"));
  f.transport.Line(wire::Event("MODIFIED", Large("a@11", 330000)));
  CHECK_FALSE(f.Cut("a"));
  f.transport.Line(wire::Event("ADDED", Large("b@12", 30000)));
  CHECK(f.Cut("b"));
  f.transport.Line(wire::Event("MODIFIED", Large("a@13", 500000)));
  CHECK(f.Cut("a"));
  f.transport.Line(wire::Event("MODIFIED", Large("a@14", 100000)));
  CHECK(f.Cut("a"));  // as if it were new
}

TEST_CASE("a cut object keeps its labels, unless these are large (R-065)") {
  Bounded f(100000);
  f.bounded.Start();
  std::string object = Large("a@3", 1000);
  const std::string labels = R"("labels":{)";
  object.insert(object.find(labels),
                R"("annotations":{"note":")" + std::string(60000, 'x') + R"("},)");
  f.transport.Line(wire::Event("ADDED", object));
  f.transport.Line(wire::Event("ADDED", Large("b@4", 80000)));
  f.transport.Line(wire::InitialEventsEnd("10"));
  REQUIRE(f.Cut("a"));
  REQUIRE(f.Cut("b"));
  const ObjectMeta& a = f.bounded.store().Find(KeyNamed("a"))->meta;
  CHECK(a.labels.size() > 10);
  CHECK(a.annotations.empty());
  CHECK(f.bounded.store().Find(KeyNamed("b"))->meta.labels.empty());
  CHECK(f.budget.held() < 30000);
}

TEST_CASE("a cache that can be done without says once that there is no room (R-065)") {
  Bounded f(3000);
  int told = 0;
  f.bounded.GiveUpWithoutRoom();
  f.bounded.on_no_room.Add([&] { ++told; });
  f.bounded.Start();
  for (int i = 100; i < 120; ++i) f.transport.Line(wire::Added("a" + std::to_string(i) + "@3"));
  CHECK(told == 1);
  f.transport.Line(wire::InitialEventsEnd("10"));
  CHECK_FALSE(f.bounded.HasSynced());
  CHECK(f.budget.held() < 6000);
  f.bounded.Stop();
  CHECK(f.bounded.bytes() == 0);
}

TEST_CASE("such a cache says so when unreadable objects fill the room, too (R-065, R-031)") {
  constexpr int kObjects = 8;
  const auto list = [](Bounded& of) {
    of.bounded.Start();
    for (int i = 0; i < kObjects; ++i) {
      of.transport.Line(wire::Added("a" + std::to_string(i) + "@3"));
    }
    of.transport.Line(wire::InitialEventsEnd("10"));
  };
  const auto unreadable = [](int i) { return wire::Poison("a" + std::to_string(i) + "@11"); };
  Bounded unbounded(0);
  list(unbounded);

  // The objects have room, but not all of them as unreadable ones in addition.
  Bounded f(unbounded.budget.held() + kObjects / 2 * kBytesOfUnreadable);
  int told = 0;
  f.bounded.GiveUpWithoutRoom();
  f.bounded.on_no_room.Add([&] { ++told; });
  list(f);
  CHECK(f.bounded.HasSynced());
  REQUIRE(told == 0);
  SECTION("in events") {
    for (int i = 0; i < kObjects; ++i) {
      f.transport.Line(wire::Event("MODIFIED", unreadable(i)));
    }
  }
  SECTION("in a list") {
    f.transport.Line(wire::ErrorEvent(410, "Expired"));
    for (int i = 0; i < kObjects; ++i) {
      f.transport.Line(wire::Event("ADDED", unreadable(i)));
    }
  }
  SECTION("because the list has an object without a readable name") {
    f.transport.Line(wire::ErrorEvent(410, "Expired"));
    f.transport.Line(wire::Event(
        "ADDED", R"({"kind":"ReplicaSet","apiVersion":"apps/v1","metadata":{"name":7}})"));
    CHECK(told == 0);
    f.transport.Line(wire::InitialEventsEnd("20"));
    CHECK(f.bounded.quarantined().empty());
  }
  CHECK(told == 1);
}

}  // namespace
}  // namespace windlass::informer_budget_test
