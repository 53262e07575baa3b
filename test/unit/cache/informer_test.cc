// An informer as a controller sees it: when it is complete, what its handlers see, and what one
// object that cannot be decoded costs.
#include "kubeclient/cache/informer.h"

#include <string>
#include <vector>

#include "kubeclient/api/replica_set.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/cache/informer_fixture.h"
#include "test/unit/cache/wire.h"

namespace windlass::informer_test {
namespace {

using Fixture = InformerFixture;

TEST_CASE_METHOD(Fixture, "an informer is synced when every handler has returned (R-007)") {
  int synced = 0;
  informer.on_synced.Add([&] {
    ++synced;
    CHECK(informer.HasSynced());
    CHECK(told == "+a@3 +b@4 ");
  });
  informer.store().OnChange([&](const Change<ReplicaSet>&) {
    if (synced == 0) CHECK(!informer.HasSynced());
  });
  informer.Start();
  transport.Line(wire::Added("b@4"));
  transport.Line(wire::Added("a@3"));
  CHECK(!informer.HasSynced());
  CHECK(informer.store().size() == 0);
  transport.Line(wire::InitialEventsEnd("10"));
  CHECK(synced == 1);
  Relist({wire::Added("a@3")}, "20");
  CHECK(synced == 1);
  CHECK(informer.HasSynced());
  Proves("D-025");
}

TEST_CASE_METHOD(Fixture, "an informer of what is served no more waits until it is back (R-024)") {
  int synced = 0;
  int not_served = 0;
  informer.on_synced.Add([&] {
    ++synced;
    CHECK(informer.HasSynced());
  });
  informer.on_not_served.Add([&] {
    ++not_served;
    CHECK(!informer.HasSynced());
  });
  Sync({"a@3", "b@4"}, "10");
  REQUIRE(synced == 1);
  transport.Reply(404, "404 page not found");
  CHECK(not_served == 1);
  CHECK(!informer.HasSynced());
  CHECK(informer.store().size() == 2);
  time.Advance(seconds(72));  // it looks once a minute, +- 20 %
  REQUIRE(transport.busy());
  transport.Line(wire::Added("b@14"));
  CHECK(!informer.HasSynced());
  transport.Line(wire::InitialEventsEnd("20"));
  CHECK(informer.HasSynced());
  CHECK(synced == 2);
  CHECK(not_served == 1);
  CHECK(Told() == "?a@3 ~b@14 ");
}

TEST_CASE_METHOD(Fixture, "a list too large for one answer leaves it as synced as it was (R-007)") {
  const auto refuse = [this] { transport.Fail(ErrorKind::kTooLarge, "larger than 32 MiB"); };
  informer.Start();
  transport.Reply(422, wire::ApiStatus(422, "Invalid"));  // this server has no watch lists
  refuse();
  CHECK(!informer.HasSynced());
  transport.Reply(200, wire::ListOf("10", {wire::Object("a@3")}, "next"));
  CHECK(!informer.HasSynced());
  CHECK(informer.store().size() == 0);
  transport.Reply(200, wire::ListOf("10", {wire::Object("b@4")}));
  CHECK(informer.HasSynced());
  CHECK(Told() == "+a@3 +b@4 ");

  transport.Line(wire::ErrorEvent(410, "Expired"));
  refuse();
  transport.Reply(200, wire::ListOf("20", {wire::Object("a@12")}, "next"));
  CHECK(informer.HasSynced());
  CHECK(informer.store().size() == 2);
  CHECK(Told().empty());
  transport.Reply(200, wire::ListOf("20", {}));
  CHECK(Told() == "?b@4 ~a@12 ");
  CHECK(informer.HasSynced());
}

TEST_CASE_METHOD(Fixture, "what vanished while we were away is told as unseen (R-038)") {
  Sync({"a@3", "b@4", "c@5"}, "10");
  Relist({wire::Added("a@3"), wire::Added("b@12"), wire::Added("d@13"), wire::Deleted("d@14")},
         "20");
  CHECK(Told() == "?c@5 ~b@12 ");
  Proves("D-010 D-788");
}

TEST_CASE_METHOD(Fixture, "an object older than it was is of another past (R-061)") {
  int resets = 0;
  informer.on_reset.Add([&] { ++resets; });
  Sync({"a@8", "b@4"}, "10");
  Relist({wire::Added("a@3"), wire::Added("b@4")}, "20");
  CHECK(resets == 1);
  CHECK(!informer.HasSynced());
  CHECK(Told().empty());
  time.Advance(Duration{0});
  REQUIRE(transport.streaming());
  transport.Line(wire::Added("a@3"));
  transport.Line(wire::InitialEventsEnd("20"));
  CHECK(Told() == "?b@4 ~a@3 ");
  CHECK(informer.HasSynced());
  CHECK(resets == 1);
}

TEST_CASE_METHOD(Fixture, "an object older than our own last write of it is not (R-061)") {
  int resets = 0;
  informer.on_reset.Add([&] { ++resets; });
  Sync({"a@8"}, "10");
  informer.store().Fold(*DecodeReplicaSet(decoder, wire::Object("a@25")));
  Relist({wire::Added("a@8")}, "20");
  CHECK(resets == 0);
  CHECK(informer.store().Find(KeyNamed("a"))->meta.resource_version.text == "25");
}

TEST_CASE_METHOD(Fixture, "what a list shows twice is judged by what it shows last (R-061)") {
  int resets = 0;
  informer.on_reset.Add([&] { ++resets; });
  Sync({"a@8"}, "10");
  informer.store().Fold(*DecodeReplicaSet(decoder, wire::Object("a@25")));
  const bool goes = GENERATE(false, true);
  Relist({wire::Added("a@8"), goes ? wire::Deleted("a@26") : wire::Modified("a@26")}, "30");
  CHECK(resets == 0);
  CHECK(Told() == (goes ? "~a@25 ?a@25 " : "~a@25 ~a@26 "));
}

TEST_CASE_METHOD(Fixture, "events that tell nothing new call nobody (R-033, R-034)") {
  Sync({"a@3"}, "10");
  transport.Line(wire::Modified("a@11"));
  transport.Line(wire::Modified("a@11"));
  transport.Line(wire::Modified("a@9"));
  transport.Line(wire::Deleted("a@12"));
  transport.Line(wire::Deleted("a@12"));
  CHECK(Told() == "~a@11 -a@11 ");
  CHECK(informer.store().duplicates() == 2);
  CHECK(informer.store().stale() == 1);
}

TEST_CASE_METHOD(Fixture, "one poison object among 1000 costs one object (R-031)") {
  informer.Start();
  for (int i = 0; i < 1000; ++i) {
    const std::string object =
        "o" + std::to_string(i) + "#" + std::to_string(i + 1) + "@" + std::to_string(i + 1);
    transport.Line(wire::Event("ADDED", i == 500 ? wire::Poison(object) : wire::Object(object)));
  }
  transport.Line(wire::InitialEventsEnd("2000"));
  CHECK(informer.HasSynced());
  CHECK(informer.store().size() == 999);
  CHECK(informer.quarantined().size() == 1);
  for (int i = 0; i < 10; ++i) {
    transport.Line(wire::Event("MODIFIED", wire::Poison("o500#501@" + std::to_string(2001 + i))));
  }
  CHECK(informer.quarantined().at(KeyNamed("o500")).identity.resource_version.text == "2010");
  CHECK(log.poison == 1);
  CHECK(informer.reflector().counters().decode_errors == 11);
  CHECK(transport.requests().size() == 1);
}

// Whom this serves: who wrote the object, and waits for what does not come.
TEST_CASE_METHOD(Fixture, "who is to be told of an unreadable object is told once (R-031)") {
  std::string seen;
  informer.on_unreadable.Add([&](const UnreadableObject& object) {
    seen += object.identity.key.name + '@' + object.identity.resource_version.text + ' ';
  });
  Sync({"a@3"}, "10");
  transport.Line(wire::Event("ADDED", wire::Poison("new@11")));
  transport.Line(wire::Event("MODIFIED", wire::Poison("new@12")));
  transport.Line(wire::Event("MODIFIED", wire::Poison("a@13")));
  CHECK(seen == "new@11 a@13 ");
  Relist({wire::Event("ADDED", wire::Poison("a@13")), wire::Event("ADDED", wire::Poison("new@12")),
          wire::Event("ADDED", wire::Poison("other@14"))},
         "20");
  CHECK(seen == "new@11 a@13 other@14 ");
  transport.Line(wire::Modified("a@21"));
  transport.Line(wire::Event("MODIFIED", wire::Poison("a@22")));
  CHECK(seen == "new@11 a@13 other@14 a@22 ");
  // The reply to a write of ours came before the watch showed a readable version. The store has it
  // already and tells nobody, so the end is told by itself.
  std::string gone;
  informer.on_unreadable_gone.Add(
      [&](const UnreadableObject& object) { gone += object.identity.key.name + ' '; });
  informer.Fold(DecodeReplicaSet(decoder, wire::Object("a@24")).value());
  (void)Told();
  transport.Line(wire::Modified("a@24"));
  CHECK(Told().empty());
  CHECK(gone == "a ");
}

// For the user who corrects the value that was named, and is told of the next one.
TEST_CASE_METHOD(Fixture,
                 "an object that stays unreadable for another reason is told again (R-031)") {
  std::string seen;
  informer.on_unreadable.Add([&](const UnreadableObject& object) {
    const bool of_replicas = object.why.find("replicas") != std::string::npos;
    seen += object.identity.resource_version.text + (of_replicas ? " replicas " : " other ");
  });
  const auto corrected = [](const std::string& text) {
    return wire::Object(text, R"({"replicas":1,"minReadySeconds":"long"})");
  };
  Sync({"b@3"}, "10");
  transport.Line(wire::Event("ADDED", wire::Poison("a@11")));
  REQUIRE(seen == "11 replicas ");
  SECTION("in a watch event") {
    transport.Line(wire::Event("MODIFIED", corrected("a@12")));
    transport.Line(wire::Event("MODIFIED", corrected("a@13")));
    CHECK(seen == "11 replicas 12 other ");
  }
  SECTION("in a relist") {
    Relist({wire::Event("ADDED", corrected("a@12")), wire::Added("b@3")}, "20");
    CHECK(seen == "11 replicas 12 other ");
  }
  Proves("R-031");
}

TEST_CASE_METHOD(Fixture, "an object that becomes poison stays as it was (R-031)") {
  Sync({"a@3", "b@4"}, "10");
  transport.Line(wire::Event("MODIFIED", wire::Poison("a@11")));
  CHECK(informer.reflector().last_version().text == "11");
  CHECK(informer.quarantined().contains(KeyNamed("a")));
  REQUIRE(informer.store().Find(KeyNamed("a")) != nullptr);

  SECTION("over a relist, which does not say that it is gone") {
    Relist({wire::Event("ADDED", wire::Poison("a@11")), wire::Added("b@4")}, "20");
    CHECK(Told().empty());
    CHECK(informer.store().Find(KeyNamed("a"))->meta.resource_version.text == "3");
    CHECK(informer.quarantined().contains(KeyNamed("a")));
    CHECK(log.poison == 1);
  }
  SECTION("until it can be read again") {
    transport.Line(wire::Modified("a@12"));
    CHECK(Told() == "~a@12 ");
    CHECK(informer.quarantined().empty());
  }
  SECTION("or is read again in a relist") {
    Relist({wire::Added("a@12"), wire::Added("b@4")}, "20");
    CHECK(Told() == "~a@12 ");
    CHECK(informer.quarantined().empty());
  }
  SECTION("but not in one that remains unfinished") {
    transport.Line(wire::ErrorEvent(410, "Expired"));
    transport.Line(wire::Added("a@12"));
    transport.Break();
    CHECK(informer.quarantined().contains(KeyNamed("a")));
  }
  SECTION("until it is deleted, which needs no more than its name") {
    transport.Line(wire::Event("DELETED", wire::Poison("a@12")));
    CHECK(Told() == "-a@3 ");
    CHECK(informer.quarantined().empty());
  }
  SECTION("or is missing from a relist") {
    Relist({wire::Added("b@4")}, "20");
    CHECK(Told() == "?a@3 ");
    CHECK(informer.quarantined().empty());
  }
  SECTION("unless it is another of the same name") {
    Relist({wire::Event("ADDED", wire::Poison("a#77@15")), wire::Added("b@4")}, "20");
    CHECK(Told() == "?a@3 ");
    CHECK(informer.quarantined().contains(KeyNamed("a")));
  }
}

TEST_CASE_METHOD(Fixture,
                 "poison within a watch list leaves its own former version (R-031, R-012)") {
  informer.Start();
  transport.Line(wire::Added("a@3"));
  const auto poison = [this](const std::string& text) {
    transport.Line(wire::Event("MODIFIED", wire::Poison(text)));
  };
  poison("a@5");
  poison("a@6");
  CHECK(log.poison == 1);
  std::string want = "+a@3 ";
  size_t quarantined = 1;
  SECTION("and stays") {}
  SECTION("until it is deleted") {
    transport.Line(wire::Deleted("a@7"));
    want = "";
    quarantined = 0;
  }
  SECTION("until it can be read again") {
    transport.Line(wire::Modified("a@7"));
    want = "+a@7 ";
    quarantined = 0;
  }
  SECTION("unless it is another of the same name") {
    poison("a#77@8");
    want = "";
  }
  transport.Line(wire::InitialEventsEnd("10"));
  CHECK(Told() == want);
  CHECK(informer.quarantined().size() == quarantined);
}

std::vector<std::string> Many(int count) {
  std::vector<std::string> objects;
  for (int i = 0; i < count; ++i) {
    objects.push_back("o" + std::to_string(i) + "#" + std::to_string(i + 1) + "@3");
  }
  return objects;
}

struct Vanish {
  int before;
  int after;
  bool alarm;
};

TEST_CASE_METHOD(Fixture,
                 "more than half of 20 or more objects do not vanish unconfirmed (R-010)") {
  const Vanish row = GENERATE(values<Vanish>(
      {{19, 0, false}, {20, 10, false}, {20, 9, true}, {20, 0, true}, {100, 50, false}}));
  CAPTURE(row.before, row.after);
  Sync(Many(row.before), "10");
  std::vector<std::string> lines;
  for (const std::string& object : Many(row.after)) lines.push_back(wire::Added(object));
  Relist(lines, "20");
  const size_t left = static_cast<size_t>(row.alarm ? row.before : row.after);
  CHECK(informer.store().size() == left);
  CHECK(informer.reflector().counters().vanish_alarms == (row.alarm ? 1U : 0U));
  if (!row.alarm) return;

  std::vector<std::string> items;
  for (const std::string& object : Many(row.after)) items.push_back(wire::Object(object));
  transport.Reply(200, wire::ListOf("21", items));
  CHECK(informer.store().size() == static_cast<size_t>(row.after));
}

TEST_CASE_METHOD(Fixture,
                 "replacing every object by another of its name is a mistake, too (R-010)") {
  Sync(Many(20), "10");
  std::vector<std::string> lines;
  for (int i = 0; i < 20; ++i) {
    lines.push_back(wire::Added("o" + std::to_string(i) + "#" + std::to_string(i + 100) + "@15"));
  }
  Relist(lines, "20");
  CHECK(informer.reflector().counters().vanish_alarms == 1);
  CHECK(Told().empty());
}

TEST_CASE_METHOD(Fixture, "a fold survives the relist that is older than it") {
  Sync({"a@3"}, "10");
  const auto reply = DecodeReplicaSet(decoder, wire::Object("b@25"));
  informer.store().Fold(reply.value());
  informer.store().FoldDelete(KeyNamed("a"), wire::UidOf("a@3"));
  CHECK(Told() == "+b@25 -a@3 ");
  Relist({wire::Added("a@3")}, "20");
  CHECK(Told().empty());
  transport.Line(wire::Deleted("a@24"));
  transport.Line(wire::Added("b@25"));
  CHECK(Told().empty());
  CHECK(informer.store().tombstones() == 0);
}

TEST_CASE_METHOD(Fixture, "a list with an object without a name proves nobody gone (R-031)") {
  Sync({"a@3", "b@4", "c@5"}, "10");
  const std::string nobody =
      R"({"kind":"ReplicaSet","apiVersion":"apps/v1","metadata":{"name":7}})";
  SECTION("that is there") {
    Relist({wire::Added("a@12"), wire::Event("ADDED", nobody), wire::Added("b@4")}, "20");
  }
  SECTION("that went while it was listed") {
    Relist({wire::Added("a@12"), wire::Added("b@4"), wire::Event("DELETED", nobody)}, "20");
  }
  CHECK(Told() == "~a@12 ");
  CHECK(informer.store().size() == 3);
  CHECK(informer.quarantined().size() == 1);
  CHECK(informer.quarantined().contains(KeyNamed("c")));
  Relist({wire::Added("a@12"), wire::Added("b@4")}, "30");
  CHECK(Told() == "?c@5 ");
  CHECK(informer.quarantined().empty());
}

TEST_CASE_METHOD(Fixture, "a relist keeps the objects that have not changed (R-016)") {
  Sync({"a@3", "b@4"}, "10");
  const ReplicaSet* a = informer.store().Find(KeyNamed("a"));
  Relist({wire::Added("a@3"), wire::Added("b@12")}, "20");
  CHECK(informer.store().Find(KeyNamed("a")) == a);
  CHECK(Told() == "~b@12 ");
}

TEST_CASE_METHOD(Fixture, "a reset takes nothing for granted, and shows nothing half (R-061)") {
  Sync({"a@30", "b@40", "c@50"}, "100");
  informer.store().FoldDelete(KeyNamed("c"), wire::UidOf("c@50"));
  Told();
  std::string heard;
  informer.on_reset.Add([&] {
    heard += "reset ";
    CHECK(!informer.HasSynced());
    CHECK(informer.store().size() == 2);
  });
  informer.on_synced.Add([&] { heard += "synced "; });
  informer.Reset("another past");
  CHECK(heard == "reset ");
  time.Advance(Duration{0});
  transport.Line(wire::Added("a@30"));  // there the same version may be another state
  transport.Line(wire::Added("c@5"));
  transport.Line(wire::Added("d@6"));
  CHECK(Told().empty());
  CHECK(!informer.HasSynced());
  transport.Line(wire::InitialEventsEnd("31"));
  CHECK(Told() == "?b@40 ~a@30 +c@5 +d@6 ");
  CHECK(heard == "reset synced ");
  CHECK(informer.store().tombstones() == 0);

  transport.Line(wire::Modified("a@32"));  // lower than what was held before the reset
  transport.Line(wire::ErrorEvent(410, "Expired"));
  transport.Line(wire::Added("a@32"));
  transport.Line(wire::InitialEventsEnd("33"));
  CHECK(Told() == "~a@32 ?c@5 ?d@6 ");  // an ordinary relist again
  CHECK(heard == "reset synced ");
}

TEST_CASE_METHOD(Fixture, "an unfinished reset goes on with the next complete state (R-061)") {
  Sync({"a@30"}, "100");
  informer.Reset("another past");
  time.Advance(Duration{0});
  transport.Line(wire::Added("a@5"));
  transport.Break();
  CHECK(Told().empty());
  while (!transport.busy()) time.Advance(seconds(1));
  transport.Line(wire::Added("a@5"));
  transport.Line(wire::InitialEventsEnd("6"));
  CHECK(Told() == "~a@5 ");
}

TEST_CASE_METHOD(Fixture, "a reset to an empty cluster is confirmed first (R-010, R-061)") {
  Sync(Many(20), "10");
  informer.Reset("another cluster");
  time.Advance(Duration{0});
  transport.Line(wire::InitialEventsEnd("5"));
  CHECK(Told().empty());
  CHECK(!informer.HasSynced());
  transport.Reply(200, wire::ListOf("6", {}));
  CHECK(informer.store().size() == 0);
  CHECK(informer.HasSynced());
}

// A watch list may show an object's change after the object itself (R-012).
TEST_CASE_METHOD(Fixture, "an object shown again in the version that we hold is no other past") {
  Sync({"a@3"}, "10");
  informer.Fold(DecodeReplicaSet(decoder, wire::Object("a@60")).value());
  Relist({wire::Added("a@5"), wire::Modified("a@60")}, "70");
  CHECK(informer.reflector().counters().resets == 0);
  CHECK(informer.HasSynced());
}

TEST_CASE_METHOD(Fixture, "a reset while it is stopped is not forgotten (R-061)") {
  Sync({"a@1000", "b@900"}, "1000");
  informer.Stop();
  if (GENERATE(false, true)) {
    while (!informer.store().Shed(1)) continue;
  }
  informer.Reset("etcd was put back");
  informer.Start();
  transport.Line(wire::Added("a@400"));
  transport.Line(wire::InitialEventsEnd("500"));
  transport.Line(wire::Added("c@501"));
  CHECK(informer.HasSynced());
  CHECK(informer.store().size() == 2);
  CHECK(informer.store().Find(KeyNamed("a"))->meta.resource_version.text == "400");
  CHECK(informer.store().Find(KeyNamed("c")) != nullptr);
}

}  // namespace
}  // namespace windlass::informer_test
