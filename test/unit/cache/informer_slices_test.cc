// A list of more objects than one turn of the event loop applies (R-006).
#include <string>
#include <vector>

#include "test/catch.h"
#include "test/unit/cache/informer_fixture.h"
#include "test/unit/cache/wire.h"

namespace windlass::informer_slices_test {
namespace {

constexpr int kMany = 5000;

// "o1234#1235@6": each has its own uid.
std::string Numbered(int number, const std::string& version) {
  return "o" + std::to_string(10000 + number) + "#" + std::to_string(number + 1) + "@" + version;
}
ObjectKey Numbered(int number) { return {"ns", "o" + std::to_string(10000 + number)}; }

struct Fixture : InformerFixture {
  std::string VersionOf(int number) {
    const ReplicaSet* rs = informer.store().Find(Numbered(number));
    return rs == nullptr ? "" : rs->meta.resource_version.text;
  }
  void NextTurn() { time.Advance(milliseconds(1)); }
  // Sends a complete state of kMany objects in `version`, but for those in `left_out`.
  void SendList(const std::string& version, int left_out = -1) {
    for (int i = 0; i < kMany; ++i) {
      if (i != left_out) transport.Line(wire::Added(Numbered(i, version)));
    }
    transport.Line(wire::InitialEventsEnd(version));
  }
  void SyncMany() {
    informer.Start();
    SendList("10");
    while (informer.is_applying()) NextTurn();
    Told();
  }
};

TEST_CASE_METHOD(Fixture, "a long list is applied over several turns (R-006, R-007)") {
  int synced = 0;
  informer.on_synced.Add([&] {
    ++synced;
    CHECK(informer.store().size() == kMany);
  });
  informer.Start();
  SendList("10");
  CHECK(informer.store().size() == 2000);
  CHECK_FALSE(informer.HasSynced());
  NextTurn();
  CHECK(informer.store().size() == 4000);
  CHECK(informer.is_applying());
  NextTurn();
  CHECK(informer.store().size() == kMany);
  CHECK_FALSE(informer.is_applying());
  CHECK(informer.HasSynced());
  CHECK(synced == 1);
}

TEST_CASE_METHOD(Fixture,
                 "what the watch shows between two slices is newer than the list (R-006)") {
  SyncMany();
  transport.Line(wire::ErrorEvent(410, "Expired"));
  SendList("20", /*left_out=*/4999);
  CHECK(VersionOf(0) == "20");
  CHECK(VersionOf(4000) == "10");
  CHECK(informer.HasSynced());
  transport.Line(wire::Modified(Numbered(4000, "21")));
  transport.Line(wire::Deleted(Numbered(4001, "22")));
  transport.Line(wire::Added("p1#9000@23"));
  transport.Line(wire::Modified(Numbered(1, "24")));
  while (informer.is_applying()) NextTurn();
  CHECK(VersionOf(4000) == "21");
  CHECK(VersionOf(4001).empty());
  CHECK(VersionOf(4999).empty());
  CHECK(VersionOf(1) == "24");
  CHECK(informer.store().Find(KeyNamed("p1")) != nullptr);
  CHECK(informer.store().size() == kMany - 1);
}

TEST_CASE_METHOD(Fixture, "an object is unreadable until its readable version is applied (R-031)") {
  SyncMany();
  transport.Line(wire::Event("MODIFIED", wire::Poison(Numbered(4500, "11"))));
  int gone = 0;
  informer.on_unreadable_gone.Add([&](const UnreadableObject&) {
    ++gone;
    CHECK(VersionOf(4500) == "20");
  });
  transport.Line(wire::ErrorEvent(410, "Expired"));
  SendList("20");
  CHECK(informer.quarantined().contains(Numbered(4500)));
  SECTION("it is read") {
    while (informer.is_applying()) NextTurn();
    CHECK(informer.quarantined().empty());
    CHECK(gone == 1);
  }
  SECTION("it becomes unreadable once more") {
    transport.Line(wire::Event("MODIFIED", wire::Poison(Numbered(4500, "21"))));
    while (informer.is_applying()) NextTurn();
    CHECK(informer.quarantined().contains(Numbered(4500)));
    CHECK(gone == 0);
  }
}

TEST_CASE_METHOD(Fixture, "a list that is not applied to its end does not count (R-006)") {
  SyncMany();
  transport.Line(wire::ErrorEvent(410, "Expired"));
  SendList("20");
  SECTION("the informer is stopped") {
    informer.Stop();
    time.Advance(seconds(60));
    CHECK(VersionOf(4999) == "10");
    CHECK_FALSE(informer.HasSynced());
  }
  SECTION("another list begins: it is compared with all of this one") {
    transport.Line(wire::ErrorEvent(410, "Expired"));
    while (!transport.streaming()) time.Advance(milliseconds(100));
    CHECK(VersionOf(4999) == "20");
    SendList("30");
    while (informer.is_applying()) NextTurn();
    CHECK(VersionOf(4999) == "30");
  }
}

// Whom this serves: users whose Pods would be removed because of what the store still shows.
TEST_CASE_METHOD(Fixture, "a view is as old as its last slice (S-012, R-006)") {
  SyncMany();
  transport.Line(wire::ErrorEvent(410, "Expired"));
  const MonotonicTime before = informer.view_at();
  time.Advance(seconds(20));
  SendList("20");
  transport.Line(wire::Modified(Numbered(1, "24")));
  CHECK(informer.view_at() == before);
  while (informer.is_applying()) NextTurn();
  CHECK(informer.view_at() > before);
}

TEST_CASE_METHOD(Fixture, "a reply to a write is not late for a slice that is to come (S-015)") {
  SyncMany();
  transport.Line(wire::ErrorEvent(410, "Expired"));
  for (int i = 0; i < kMany; ++i) transport.Line(wire::Added(Numbered(i, "10")));
  transport.Line(wire::Added("p1#9000@15"));
  transport.Line(wire::InitialEventsEnd("20"));
  REQUIRE(informer.is_applying());
  informer.Fold(DecodeReplicaSet(decoder, wire::Object("p1#9000@15")).value());
  CHECK(informer.store().Find(KeyNamed("p1")) != nullptr);
  while (informer.is_applying()) NextTurn();
  CHECK(informer.store().Find(KeyNamed("p1")) != nullptr);
}

TEST_CASE_METHOD(Fixture, "versions that cannot be compared do not lose an object (S-004)") {
  SyncMany();
  transport.Line(wire::ErrorEvent(410, "Expired"));
  SendList("x20");
  transport.Line(wire::Modified(Numbered(4000, "x21")));
  while (informer.is_applying()) NextTurn();
  CHECK(VersionOf(4000) == "x21");
}

TEST_CASE_METHOD(Fixture, "a handler may stop the informer in the middle of a list") {
  SyncMany();
  transport.Line(wire::ErrorEvent(410, "Expired"));
  informer.store().OnChange([&](const Change<ReplicaSet>& change) {
    if (change.old_object != nullptr && informer.HasSynced()) informer.Stop();
  });
  SendList("20");
  CHECK_FALSE(informer.HasSynced());
  time.Advance(seconds(60));
  CHECK_FALSE(informer.HasSynced());
}

}  // namespace
}  // namespace windlass::informer_slices_test
