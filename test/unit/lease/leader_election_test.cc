// Leader election over one modelled Lease: who leads, from when to when, and never two.
#include "kubeclient/lease/leader_election.h"

#include <string>

#include "kubeclient/client/write_deadline.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/lease/lease_world.h"

namespace windlass::leader_election_test {
namespace {

using Calls = std::vector<std::string>;
using nlohmann::json;

constexpr Duration kMargin = kPermitMargin;
constexpr Duration kRetry = seconds(2);

// --- taking it ---

TEST_CASE("The first candidate makes the Lease and leads, and may write") {
  LeaseWorld world;
  Candidate& a = world.Add("a");
  CHECK_FALSE(a.write_deadline.Allows());
  a.election.Start();
  CHECK_FALSE(a.write_deadline.Allows());
  world.RunFor(milliseconds(100));
  CHECK(a.election.IsLeader());
  CHECK(a.write_deadline.Allows());
  CHECK(a.terms == 1);
  CHECK(a.election.holder() == "a");
  CHECK(a.sent == Calls{"GET", "POST"});
  const json want = {{"holderIdentity", "a"},
                     {"leaseDurationSeconds", 15},
                     {"acquireTime", "2026-01-01T00:00:00.010000Z"},
                     {"renewTime", "2026-01-01T00:00:00.010000Z"},
                     {"leaseTransitions", 0}};
  CHECK(world.server.spec() == want);
  Proves("D-537");
}

TEST_CASE("A leader renews every retry period, by one PUT onto what it wrote last") {
  LeaseWorld world;
  Candidate& a = StartLeader(world);
  world.RunFor(seconds(60));
  CHECK(a.election.IsLeader());
  CHECK(a.terms == 1);
  CHECK(a.sent.size() == 2 + 30);
  CHECK(a.sent.back() == "PUT");
  CHECK(world.server.spec()["acquireTime"] == "2026-01-01T00:00:00.010000Z");
  CHECK(world.server.spec()["leaseTransitions"] == 0);
  CHECK(a.election.last_renewal().has_value());
  CHECK(world.now - *a.election.last_renewal() <= kRetry + milliseconds(20));
}

TEST_CASE("A permit counts from the sending of the renewal (L-003)") {
  LeaseWorld world;
  world.fate = [](const Candidate&, const HttpRequest&) {
    return Fate{.out = milliseconds(700), .back = milliseconds(900)};
  };
  Candidate& a = world.Add("a");
  a.election.Start();
  REQUIRE(world.RunUntilTrue([&] { return a.write_deadline.Allows(); }, seconds(10)));
  // GET and POST took 1.6 s each; the POST was sent when the GET was back.
  CHECK(a.write_deadline.TimeLeft(seconds(60)) == seconds(10) - milliseconds(1600));
}

TEST_CASE(
    "A crashed leader is followed within the lease and a retry period, not before its permit") {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    CAPTURE(seed);
    LeaseWorld world;
    Candidate& a = StartLeader(world);
    Candidate& b = world.Add("b", 1000, seed);
    b.election.Start();
    world.RunFor(seconds(20) + milliseconds(seed * 37));
    a.Crash();
    const auto took = world.RunUntilTrue([&] { return b.election.IsLeader(); }, seconds(60));
    REQUIRE(took);
    CHECK(*took <= seconds(15) + kRetry * 6 / 5 + milliseconds(20));
    CHECK(*took > seconds(13) - kMargin);  // the last renewal was at most one retry period old
    CHECK(world.server.spec()["leaseTransitions"] == 1);
    CHECK(world.server.spec()["holderIdentity"] == "b");
  }
}

TEST_CASE("A released Lease is taken within two retry periods") {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    CAPTURE(seed);
    LeaseWorld world;
    Candidate& a = StartLeader(world);
    Candidate& b = world.Add("b", 1000, seed);
    b.election.Start();
    world.RunFor(seconds(20) + milliseconds(seed * 37));
    bool released = false;
    a.election.Stop([&] { released = true; });
    CHECK_FALSE(a.write_deadline.Allows());
    CHECK(a.ended == 1);
    const auto took = world.RunUntilTrue([&] { return b.election.IsLeader(); }, seconds(60));
    CHECK(released);
    REQUIRE(took);
    CHECK(*took <= 2 * kRetry);
    CHECK_FALSE(world.two_gates_open);
  }
}

TEST_CASE(
    "Only the length of a record counts, not the times in it, nor other edits of the Lease "
    "(L-005)") {
  struct Row {
    std::string id;
    json spec;
    Duration taken_after;  // if the holder does not renew
  };
  const Row row = GENERATE(values<Row>({
      {"a holder from the future",
       {{"holderIdentity", "x"},
        {"leaseDurationSeconds", 15},
        {"renewTime", "2099-01-01T00:00:00.000000Z"}},
       seconds(15)},
      {"a holder from long ago",
       {{"holderIdentity", "x"},
        {"leaseDurationSeconds", 15},
        {"renewTime", "1999-01-01T00:00:00.000000Z"}},
       seconds(15)},
      {"a longer lease than ours",
       {{"holderIdentity", "x"}, {"leaseDurationSeconds", 40}},
       seconds(40)},
      {"no length", {{"holderIdentity", "x"}}, seconds(15)},
      {"a length of zero", {{"holderIdentity", "x"}, {"leaseDurationSeconds", 0}}, seconds(15)},
      {"a length below zero", {{"holderIdentity", "x"}, {"leaseDurationSeconds", -1}}, seconds(15)},
      {"nobody", {{"holderIdentity", ""}, {"leaseDurationSeconds", 3600}}, seconds(0)},
      {"nothing", json::object(), seconds(0)},
      {"we, before a lapse", {{"holderIdentity", "a"}, {"leaseDurationSeconds", 15}}, seconds(0)},
  }));
  CAPTURE(row.id);
  LeaseWorld world;
  world.server.lease = {{"kind", "Lease"},
                        {"metadata", {{"name", "windlass"}, {"resourceVersion", "7"}}},
                        {"spec", row.spec}};
  std::function<void()> label = [&] {  // another writer's label is no sign of life
    if (!world.candidates[0]->election.IsLeader()) {
      world.server.Edit(
          [&](json& lease) { lease["metadata"]["labels"]["n"] = world.server.calls; });
    }
    world.After(milliseconds(1900), label);
  };
  Candidate& a = world.Add("a");
  a.election.Start();
  world.After(seconds(1), label);
  const auto took = world.RunUntilTrue([&] { return a.election.IsLeader(); }, seconds(100));
  REQUIRE(took);
  CHECK(*took >= row.taken_after);
  CHECK(*took <= row.taken_after + milliseconds(100));
}

// --- losing it ---

TEST_CASE("A leader that cannot renew stops writing before its permit ends, and comes back") {
  const int trouble = GENERATE(0, 1, 2, 3);
  CAPTURE(trouble);
  LeaseWorld world;
  Candidate& a = StartLeader(world);
  const MonotonicTime renewed = *a.election.last_renewal();
  if (trouble < 2) {
    world.fate = [&](const Candidate&, const HttpRequest&) {
      return trouble == 0 ? Fate{.request_lost = true} : Fate{.not_sent = true};
    };
  } else {
    world.server.override_answer =
        trouble == 2 ? Refusal(500, "InternalError", "oops") : Refusal(429, "", "slow down");
  }
  REQUIRE(world.RunUntilTrue([&] { return !a.write_deadline.Allows(); }, seconds(60)));
  CHECK(world.now - renewed == seconds(10) - kMargin);
  world.RunFor(Duration{0});
  CHECK(a.ended == 1);
  CHECK_FALSE(a.election.IsLeader());
  CHECK_FALSE(a.election.last_renewal().has_value());

  world.fate = nullptr;
  world.server.override_answer.reset();
  REQUIRE(world.RunUntilTrue([&] { return a.election.IsLeader(); }, seconds(20)));
  CHECK(a.terms == 2);
  CHECK(world.server.spec()["leaseTransitions"] == 0);  // it was ours all the time
}

TEST_CASE("A renewal whose answer was lost counts from its own sending (L-006)") {
  LeaseWorld world;
  Candidate& a = StartLeader(world);
  MonotonicTime lost;
  world.fate = [&](const Candidate&, const HttpRequest& http) {
    if (!IsPut(http) || lost.since_start > Duration{0}) return Fate{};
    lost = world.now;
    return Fate{.reply_lost = true};
  };
  const size_t before = a.sent.size();
  // The PUT is sent at about 2 s and given up at 7 s; then the Lease is read.
  REQUIRE(world.RunUntilTrue([&] { return a.sent.size() == before + 2; }, seconds(20)));
  CHECK(a.sent.back() == "GET");
  world.RunFor(milliseconds(10));
  CHECK(*a.election.last_renewal() == lost);
  CHECK(a.write_deadline.TimeLeft(seconds(60)) == seconds(10) - (world.now - lost));
  world.RunFor(seconds(60));
  CHECK(a.terms == 1);
  CHECK(a.ended == 0);
}

TEST_CASE("A renewal that never arrived is made again, and the leader stays") {
  LeaseWorld world;
  Candidate& a = StartLeader(world);
  bool lost = false;
  world.fate = [&](const Candidate&, const HttpRequest& http) {
    return IsPut(http) && !std::exchange(lost, true) ? Fate{.request_lost = true} : Fate{};
  };
  world.RunFor(seconds(60));
  CHECK(lost);
  CHECK(a.terms == 1);
  CHECK(a.ended == 0);
}

TEST_CASE("A connection that had died costs one more call, not a retry period") {
  LeaseWorld world;
  Candidate& a = StartLeader(world);
  bool failed = false;
  world.fate = [&](const Candidate&, const HttpRequest&) {
    return !std::exchange(failed, true) ? Fate{.not_sent = true} : Fate{};
  };
  const size_t before = a.sent.size();
  world.RunFor(milliseconds(2100));
  CHECK(failed);
  CHECK(a.sent.size() == before + 2);
  CHECK(world.now - *a.election.last_renewal() < milliseconds(300));
}

TEST_CASE("An answer that took longer than the permit opens nothing (L-003)") {
  LeaseWorld world;
  Candidate& a = world.Add("a");
  a.election.Start();
  REQUIRE(world.RunUntilTrue([&] { return a.sent.back() == "POST"; }, seconds(1)));
  a.Suspend();
  world.RunFor(seconds(10));
  CHECK(world.server.spec()["holderIdentity"] == "a");
  a.Resume();  // and gets the answer
  CHECK(a.terms == 0);
  CHECK_FALSE(a.write_deadline.Allows());
  world.RunFor(seconds(5));
  CHECK(a.terms == 1);
}

TEST_CASE("A Lease that somebody else holds ends the term at once") {
  LeaseWorld world;
  Candidate& a = StartLeader(world);
  world.server.Edit([](json& lease) { lease["spec"]["holderIdentity"] = "x"; });
  const auto took = world.RunUntilTrue([&] { return !a.write_deadline.Allows(); }, seconds(60));
  REQUIRE(took);
  CHECK(*took <= kRetry + milliseconds(50));
  CHECK(a.ended == 1);
  CHECK(a.election.holder() == "x");
}

TEST_CASE("Somebody's label on the Lease does not end the term") {
  LeaseWorld world;
  Candidate& a = StartLeader(world);
  world.server.Edit([](json& lease) { lease["metadata"]["labels"]["team"] = "a"; });
  world.RunFor(seconds(30));
  CHECK(a.terms == 1);
  CHECK(a.ended == 0);
  CHECK((*world.server.lease)["metadata"]["labels"]["team"] == "a");  // a PUT keeps other fields
}

TEST_CASE("A vanished Lease is made again within the term, before a candidate may (L-007)") {
  LeaseWorld world;
  Candidate& a = StartLeader(world);
  Candidate& b = world.Add("b");
  b.election.Start();
  world.RunFor(seconds(10));
  world.server.lease.reset();
  world.RunFor(seconds(60));
  CHECK(a.terms == 1);
  CHECK(a.ended == 0);
  CHECK(b.terms == 0);
  CHECK(world.server.spec()["holderIdentity"] == "a");
  CHECK(world.server.spec()["leaseTransitions"] == 0);
}

TEST_CASE("A Lease that vanished with its holder is taken after a full lease (L-007)") {
  LeaseWorld world;
  Candidate& a = StartLeader(world);
  Candidate& b = world.Add("b");
  b.election.Start();
  world.RunFor(seconds(10));
  a.Suspend();  // it may write as long as its permit lasts
  world.server.lease.reset();
  const auto took = world.RunUntilTrue([&] { return b.election.IsLeader(); }, seconds(60));
  REQUIRE(took);
  CHECK(*took >= seconds(15));
  CHECK(*took <= seconds(15) + 2 * kRetry);
  CHECK_FALSE(world.two_gates_open);
}

TEST_CASE("A Lease that vanished and is somebody else's by now ends the term at once (L-007)") {
  LeaseWorld world;
  Candidate& a = StartLeader(world);
  world.server.lease = {{"kind", "Lease"},
                        {"metadata", {{"name", "windlass"}, {"resourceVersion", "9"}}},
                        {"spec", {{"holderIdentity", "x"}, {"leaseDurationSeconds", 15}}}};
  const auto took = world.RunUntilTrue([&] { return !a.write_deadline.Allows(); }, seconds(60));
  REQUIRE(took);
  CHECK(*took <= kRetry + milliseconds(50));
}

TEST_CASE("A machine that was suspended may not write, and finds its term over (L-002)") {
  LeaseWorld world;
  Candidate& a = StartLeader(world);
  a.Suspend();
  SECTION("nobody took the Lease: a new term") {
    world.RunFor(seconds(3600));
    CHECK_FALSE(a.write_deadline.Allows());
    CHECK_FALSE(a.election.IsLeader());
    a.Resume();
    world.RunFor(Duration{0});
    CHECK(a.ended == 1);
    world.RunFor(seconds(1));
    CHECK(a.terms == 2);
  }
  SECTION("somebody took it: no term") {
    Candidate& b = world.Add("b");
    b.election.Start();
    world.RunFor(seconds(60));
    CHECK(b.election.IsLeader());
    a.Resume();
    world.RunFor(seconds(60));
    CHECK(a.terms == 1);
    CHECK(a.ended == 1);
    CHECK(b.ended == 0);
    CHECK_FALSE(world.two_gates_open);
  }
}

TEST_CASE("An answer that waited through a suspension finds the term over (L-002)") {
  LeaseWorld world;
  Candidate& a = StartLeader(world);
  world.server.lease.reset();
  REQUIRE(world.RunUntilTrue([&] { return a.sent.back() == "PUT"; }, seconds(5)));
  a.Suspend();
  world.RunFor(seconds(60));
  a.Resume();  // the answer: the Lease has vanished. No leader may create it
  CHECK(a.ended == 1);
  CHECK(a.sent.back() == "PUT");
  const auto took = world.RunUntilTrue([&] { return a.election.IsLeader(); }, seconds(60));
  REQUIRE(took);
  CHECK(*took >= seconds(15));
}

// --- pace ---

TEST_CASE("Whatever the server says, calls are few") {
  struct Row {
    std::string id;
    HttpResponse answer;
    int calls_max;  // in a minute
  };
  const Row row = GENERATE(values<Row>({
      {"404 of the namespace", Refusal(404, "NotFound", "namespaces not found"), 2 * 31},
      {"409 for ever", Refusal(409, "Conflict", "changed"), 31},
      {"403", Refusal(403, "Forbidden", "leases is forbidden"), 31},
      {"401", Refusal(401, "Unauthorized", "no"), 2 * 31},
      {"500", Refusal(500, "InternalError", "oops"), 31},
      {"429", Refusal(429, "TooManyRequests", "slow down"), 31},
      {"200 of something else", {200, "text/html", "<html>", {}}, 31},
  }));
  CAPTURE(row.id);
  LeaseWorld world;
  Candidate& a = world.Add("a");
  world.server.override_answer = row.answer;
  a.election.Start();
  world.RunFor(seconds(60));
  CHECK(a.terms == 0);
  CHECK(world.server.calls <= row.calls_max);
  CHECK(world.server.calls >= 20);
}

TEST_CASE("A leader whose writes always conflict makes four calls a round, and goes on") {
  LeaseWorld world;
  StartLeader(world);
  world.fate = [&](const Candidate&, const HttpRequest& http) {
    if (IsPut(http)) world.server.Edit([](json&) {});
    return Fate{};
  };
  const int before = world.server.calls;
  world.RunFor(seconds(8));
  CHECK(world.server.calls - before == 4 * kLeaseRoundCallsMax);
}

TEST_CASE("Times of the election must leave a margin (L-003)") {
  struct Row {
    LeaderElectionOptions options;
    bool good;
  };
  const auto with = [](Duration lease, Duration renew, Duration retry) {
    LeaderElectionOptions options;
    options.lease_duration = lease;
    options.renew_deadline = renew;
    options.retry_period = retry;
    return options;
  };
  const std::vector<Row> rows = {
      {LeaderElectionOptions{}, true},
      {with(seconds(6), seconds(4), seconds(1)), true},
      {with(seconds(10), seconds(10), seconds(2)), false},
      {with(seconds(15), seconds(2), seconds(2)), false},
      {with(seconds(15), milliseconds(2400), seconds(2)), false},
      {with(seconds(15), seconds(10), milliseconds(50)), false},
      {with(milliseconds(1500), seconds(1), milliseconds(200)), false},
      {with(seconds(0), seconds(0), seconds(0)), false},
  };
  for (const Row& row : rows) {
    CAPTURE(row.options.lease_duration.count(), row.options.renew_deadline.count());
    CHECK(CheckLeaderElectionOptions(row.options).ok() == row.good);
  }
}

}  // namespace
}  // namespace windlass::leader_election_test
