// Releasing the Lease, when stopping or for a preferred candidate (L-008).
#include <string>

#include "kubeclient/lease/leader_election.h"
#include "test/catch.h"
#include "test/unit/lease/lease_world.h"

namespace windlass::leader_election_release_test {
namespace {

using nlohmann::json;

TEST_CASE("A release says so in the record and keeps the count (L-008)") {
  LeaseWorld world;
  Candidate& a = StartLeader(world);
  world.server.Edit([](json& lease) { lease["spec"]["leaseTransitions"] = 7; });
  bool released = false;
  a.election.Stop([&] { released = true; });
  CHECK_FALSE(released);
  world.RunFor(seconds(1));
  CHECK(released);
  CHECK(world.server.spec()["holderIdentity"] == "");
  CHECK(world.server.spec()["leaseDurationSeconds"] == 1);
  CHECK(world.server.spec()["leaseTransitions"] == 7);
  const int calls = world.server.calls;
  world.RunFor(seconds(60));
  CHECK(world.server.calls == calls);
  CHECK(a.terms == a.ended);
}

TEST_CASE("A successor's Lease is not touched by a release (B-33)") {
  LeaseWorld world;
  Candidate& a = StartLeader(world);
  const json successor = {{"holderIdentity", "b"},
                          {"leaseDurationSeconds", 15},
                          {"renewTime", "2026-01-01T00:00:09.000000Z"}};
  SECTION("taken before we look") {
    world.server.Edit([&](json& lease) { lease["spec"] = successor; });
  }
  SECTION("taken between our look and our write") {
    world.After(milliseconds(8), [&] {  // the GET is on its way back
      world.server.Edit([&](json& lease) { lease["spec"] = successor; });
    });
  }
  bool released = false;
  a.election.Stop([&] { released = true; });
  world.RunFor(seconds(10));
  CHECK(released);
  CHECK(world.server.spec() == successor);
}

TEST_CASE("A renewal still under way does not keep the Lease from being released") {
  LeaseWorld world;
  Candidate& a = StartLeader(world);
  bool late = false;
  world.fate = [&](const Candidate&, const HttpRequest& http) {
    // Our GET overtakes the renewal, which then arrives before our PUT.
    return IsPut(http) && !std::exchange(late, true) ? Fate{.out = milliseconds(13)} : Fate{};
  };
  REQUIRE(world.RunUntilTrue([&] { return late; }, seconds(10)));
  a.election.Stop([] {});
  CHECK(a.open.size() == 1);  // our GET; the renewal was cancelled
  world.RunFor(seconds(1));
  CHECK(world.server.spec()["holderIdentity"] == "");
}

TEST_CASE("A release takes two seconds at most, and none where there is nothing to release") {
  LeaseWorld world;
  std::optional<MonotonicTime> released;
  const auto note = [&] { released = world.now; };
  SECTION("the server is silent") {
    Candidate& a = StartLeader(world);
    world.fate = [](const Candidate&, const HttpRequest&) { return Fate{.request_lost = true}; };
    const MonotonicTime start = world.now;
    a.election.Stop(note);
    world.RunFor(seconds(60));
    REQUIRE(released);
    CHECK(*released - start == kLeaseReleaseMax);
  }
  SECTION("a candidate") {
    StartLeader(world);
    Candidate& b = world.Add("b");
    b.election.Start();
    world.RunFor(seconds(5));
    const MonotonicTime start = world.now;
    const int writes = world.server.writes;
    b.election.Stop(note);
    CHECK_FALSE(released);
    world.RunFor(milliseconds(1));
    REQUIRE(released);
    CHECK(*released == start);
    CHECK(world.server.writes == writes);
  }
}

TEST_CASE("Who stops without a release leaves its name; whoever follows takes over (L-012)") {
  LeaseWorld world;
  Candidate& a = StartLeader(world);
  const int writes = world.server.writes;
  const MonotonicTime start = world.now;
  std::optional<MonotonicTime> stopped;
  a.election.StopWithoutRelease([&] { stopped = world.now; });
  CHECK_FALSE(stopped);
  CHECK_FALSE(a.write_deadline.Allows());
  CHECK(a.ended == 1);
  world.RunFor(Duration{0});
  CHECK(stopped == start);
  world.RunFor(seconds(1));
  CHECK(world.server.writes == writes);
  CHECK(world.server.spec()["holderIdentity"] == "a");
  SECTION("a successor, when the Lease has run out") {
    Candidate& b = world.Add("b");
    b.election.Start();
    const auto took = world.RunUntilTrue([&] { return b.election.IsLeader(); }, seconds(60));
    REQUIRE(took);
    CHECK(*took >= seconds(15));
    CHECK(b.election.taken_over());
  }
  SECTION("itself, at once") {
    a.election.Start();
    const auto took = world.RunUntilTrue([&] { return a.election.IsLeader(); }, seconds(60));
    REQUIRE(took);
    CHECK(*took < seconds(1));
    CHECK(a.election.taken_over());
  }
}

TEST_CASE("A Lease whose permit ran out is not given up: writes may be on their way (L-012)") {
  LeaseWorld world;
  Candidate& a = StartLeader(world);
  world.fate = [](const Candidate&, const HttpRequest&) { return Fate{.request_lost = true}; };
  REQUIRE(world.RunUntilTrue([&] { return !a.election.IsLeader(); }, seconds(30)));
  world.fate = nullptr;
  bool stopped = false;
  a.election.Stop([&] { stopped = true; });
  world.RunFor(seconds(5));
  CHECK(stopped);
  CHECK(world.server.spec()["holderIdentity"] == "a");
  Candidate& b = world.Add("b");
  b.election.Start();
  REQUIRE(world.RunUntilTrue([&] { return b.election.IsLeader(); }, seconds(60)));
  CHECK(b.election.taken_over());
}

TEST_CASE("An election may be stopped by the term it opens or ends") {
  LeaseWorld world;
  Candidate& a = world.Add("a");
  bool released = false;
  SECTION("opens") {
    a.election.on_started_leading = [&] { a.election.Stop([&] { released = true; }); };
    a.election.on_stopped_leading = nullptr;
    a.election.Start();
  }
  SECTION("ends") {
    a.election.on_stopped_leading = [&] { a.election.Stop([&] { released = true; }); };
    a.election.Start();
    world.RunFor(seconds(1));
    world.server.Edit([](json& lease) { lease["spec"]["holderIdentity"] = "x"; });
  }
  world.RunFor(seconds(10));
  CHECK(released);
  CHECK_FALSE(a.write_deadline.Allows());
  const int calls = world.server.calls;
  world.RunFor(seconds(60));
  CHECK(world.server.calls == calls);
}

TEST_CASE("A leader steps down for a preferred holder, which has a lease's time to come (L-018)") {
  LeaseWorld world;
  Candidate& a = StartLeader(world);
  world.server.Edit([](json& lease) {
    lease["spec"]["strategy"] = "OldestEmulationVersion";
    lease["spec"]["preferredHolder"] = "b";
  });
  REQUIRE(world.RunUntilTrue([&] { return a.ended == 1; }, seconds(5)));
  world.RunFor(milliseconds(100));
  CHECK(world.server.spec()["holderIdentity"] == "");
  CHECK(world.server.spec()["preferredHolder"] == "b");
  SECTION("it comes") {
    Candidate& b = world.Add("b");
    b.election.Start();
    world.RunFor(seconds(60));
    CHECK(b.election.IsLeader());
    CHECK(a.terms == 1);
  }
  SECTION("it does not") {
    const auto took = world.RunUntilTrue([&] { return a.election.IsLeader(); }, seconds(60));
    REQUIRE(took);
    CHECK(*took >= seconds(14));
    CHECK_FALSE(world.server.spec().contains("preferredHolder"));
    world.RunFor(seconds(60));
    CHECK(a.terms == 2);
  }
}

}  // namespace
}  // namespace windlass::leader_election_release_test
