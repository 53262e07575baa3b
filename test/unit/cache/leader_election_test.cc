// Leader election over one modelled Lease: who leads, from when to when, and never two.
#include "kubeclient/cache/leader_election.h"

#include <string>

#include "kubeclient/base/limits.h"
#include "test/catch.h"
#include "test/unit/client/lease_world.h"

namespace windlass {
namespace {

using Calls = std::vector<std::string>;
using nlohmann::json;

constexpr Duration kMargin = kPermitMargin;
constexpr Duration kRetry = seconds(2);

bool IsPut(const HttpRequest& http) { return http.method == HttpMethod::kPut; }

// One candidate that leads since a moment ago.
Candidate& StartLeader(LeaseWorld& world, const std::string& identity = "a") {
  Candidate& leader = world.Add(identity);
  leader.election.Start();
  world.RunFor(milliseconds(100));
  REQUIRE(leader.election.IsLeader());
  return leader;
}

// --- taking it ---

TEST_CASE("The first candidate makes the Lease and leads, its gate open") {
  LeaseWorld world;
  Candidate& a = world.Add("a");
  CHECK_FALSE(a.gate.IsOpen());
  a.election.Start();
  CHECK_FALSE(a.gate.IsOpen());
  world.RunFor(milliseconds(100));
  CHECK(a.election.IsLeader());
  CHECK(a.gate.IsOpen());
  CHECK(a.terms == 1);
  CHECK(a.election.holder() == "a");
  CHECK(a.sent == Calls{"GET", "POST"});
  const json want = {{"holderIdentity", "a"},
                     {"leaseDurationSeconds", 15},
                     {"acquireTime", "2026-01-01T00:00:00.010000Z"},
                     {"renewTime", "2026-01-01T00:00:00.010000Z"},
                     {"leaseTransitions", 0}};
  CHECK(world.server.spec() == want);
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
  REQUIRE(world.RunUntilTrue([&] { return a.gate.IsOpen(); }, seconds(10)));
  // GET and POST took 1.6 s each; the POST was sent when the GET was back.
  CHECK(a.gate.TimeLeft(seconds(60)) == seconds(10) - milliseconds(1600));
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
    CHECK(*took > seconds(13) - kMargin);  // the last renewal was at most a retry period old
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
    CHECK_FALSE(a.gate.IsOpen());
    CHECK(a.ended == 1);
    const auto took = world.RunUntilTrue([&] { return b.election.IsLeader(); }, seconds(60));
    CHECK(released);
    REQUIRE(took);
    CHECK(*took <= 2 * kRetry);
    CHECK_FALSE(world.two_gates_open);
  }
}

TEST_CASE("Only the length of a record counts, not the times in it, nor other edits of the Lease") {
  struct Row {
    std::string id;
    json spec;
    Duration taken_after;  // when nobody renews
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
      {"nobody", {{"holderIdentity", ""}, {"leaseDurationSeconds", 3600}}, seconds(0)},
      {"nothing", json::object(), seconds(0)},
      {"we, before a lapse", {{"holderIdentity", "a"}, {"leaseDurationSeconds", 15}}, seconds(0)},
  }));
  CAPTURE(row.id);
  LeaseWorld world;
  world.server.lease = {{"kind", "Lease"},
                        {"metadata", {{"name", "windlass"}, {"resourceVersion", "7"}}},
                        {"spec", row.spec}};
  std::function<void()> label = [&] {  // somebody's label is no sign of life
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
  REQUIRE(world.RunUntilTrue([&] { return !a.gate.IsOpen(); }, seconds(60)));
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
  // Sent at about 2 s, given up at 7 s, then a look.
  REQUIRE(world.RunUntilTrue([&] { return a.sent.size() == before + 2; }, seconds(20)));
  CHECK(a.sent.back() == "GET");
  world.RunFor(milliseconds(10));
  CHECK(*a.election.last_renewal() == lost);
  CHECK(a.gate.TimeLeft(seconds(60)) == seconds(10) - (world.now - lost));
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

TEST_CASE("An answer that took longer than the permit opens nothing") {
  LeaseWorld world;
  Candidate& a = world.Add("a");
  a.election.Start();
  REQUIRE(world.RunUntilTrue([&] { return a.sent.back() == "POST"; }, seconds(1)));
  a.Suspend();
  world.RunFor(seconds(10));
  CHECK(world.server.spec()["holderIdentity"] == "a");
  a.Resume();  // and gets the answer
  CHECK(a.terms == 0);
  CHECK_FALSE(a.gate.IsOpen());
  world.RunFor(seconds(5));
  CHECK(a.terms == 1);
}

TEST_CASE("A Lease that somebody else holds ends the term at once") {
  LeaseWorld world;
  Candidate& a = StartLeader(world);
  world.server.Edit([](json& lease) { lease["spec"]["holderIdentity"] = "x"; });
  const auto took = world.RunUntilTrue([&] { return !a.gate.IsOpen(); }, seconds(60));
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
  CHECK((*world.server.lease)["metadata"]["labels"]["team"] == "a");  // a PUT loses nothing
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
}

TEST_CASE("A Lease that vanished with its holder is taken after a full lease") {
  LeaseWorld world;
  Candidate& a = StartLeader(world);
  Candidate& b = world.Add("b");
  b.election.Start();
  world.RunFor(seconds(10));
  a.Suspend();  // it may write again for as long as its permit lasts
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
  const auto took = world.RunUntilTrue([&] { return !a.gate.IsOpen(); }, seconds(60));
  REQUIRE(took);
  CHECK(*took <= kRetry + milliseconds(50));
}

TEST_CASE("A machine that was suspended finds its gate closed and its term over (L-002)") {
  LeaseWorld world;
  Candidate& a = StartLeader(world);
  a.Suspend();
  SECTION("nobody took the Lease: a new term") {
    world.RunFor(seconds(3600));
    CHECK_FALSE(a.gate.IsOpen());
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

// --- giving it up ---

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

TEST_CASE("A successor's Lease is not touched by a release (reliability U8)") {
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
    // Overtaken by our GET, it arrives before our PUT.
    return IsPut(http) && !std::exchange(late, true) ? Fate{.out = milliseconds(13)} : Fate{};
  };
  REQUIRE(world.RunUntilTrue([&] { return late; }, seconds(10)));
  a.election.Stop([] {});
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
  CHECK_FALSE(a.gate.IsOpen());
  const int calls = world.server.calls;
  world.RunFor(seconds(60));
  CHECK(world.server.calls == calls);
}

TEST_CASE("A leader steps down for a preferred holder, which has a lease's time to come (4.1)") {
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

TEST_CASE("Times of the election must leave a margin") {
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

// --- safety ---

bool EverybodySawAHolder(LeaseWorld& world) {
  return std::ranges::all_of(world.candidates,
                             [](const auto& candidate) { return candidate->saw_holder; });
}

// A network that loses, delays beyond every deadline and reorders; clocks that differ by a third;
// suspensions, crashes with restarts, releases, edits. Or, instead of restarts, a Lease deleted now
// and then, once everybody knows it: who never saw it cannot know of its holder, nor can anybody of
// one that came and went between two looks.
void RunChaos(uint64_t seed) {
  Random random(seed);
  LeaseWorld world;
  const bool deletions = seed % 2 == 0;
  bool calm = false;
  world.fate = [&](const Candidate&, const HttpRequest&) {
    if (calm) return Fate{};
    Fate fate{.out = milliseconds(random.Below(50)), .back = milliseconds(random.Below(50))};
    switch (random.Below(8)) {
      case 0: fate.request_lost = true; break;
      case 1: fate.reply_lost = true; break;
      case 2: fate.not_sent = true; break;
      case 3: fate.out = milliseconds(random.Below(30'000)); break;
      case 4: fate.back = milliseconds(random.Below(12'000)); break;
      default: break;
    }
    return fate;
  };
  MonotonicTime deleted;
  int started = 0;
  const auto start = [&] {
    ++started;
    Candidate& fresh = world.Add("c" + std::to_string(started), 850 + random.Below(300),
                                 seed * 1000 + static_cast<uint64_t>(started));
    fresh.clock.wall_at_start += int64_t{random.Below(1'000'000)} * 1000;
    fresh.election.Start();
  };
  start();
  start();
  world.RunFor(seconds(20));
  for (int i = 0; i < 60; ++i) {
    Candidate& one = *world.candidates[random.Below(static_cast<uint32_t>(started))];
    switch (random.Below(10)) {
      case 0: one.Suspend(); break;
      case 1:
      case 2: one.Resume(); break;
      case 3:
        if (deletions || one.crashed()) break;
        if (random.Below(2) == 0) {
          one.Crash();
        } else if (one.running() && !std::exchange(one.stopping, true)) {
          one.election.Stop([&one] { one.Crash(); });
        } else {
          break;
        }
        start();
        break;
      case 4:
        if (world.server.lease) {
          world.server.Edit([&](json& lease) { lease["metadata"]["labels"]["n"] = i; });
        }
        break;
      case 5:
        if (!deletions || !EverybodySawAHolder(world)) break;
        if (world.now - deleted < seconds(30)) break;
        world.server.lease.reset();
        deleted = world.now;
        break;
      default: break;
    }
    world.RunFor(milliseconds(random.Below(12'000)));
    REQUIRE_FALSE(world.two_gates_open);
  }
  calm = true;
  for (const auto& candidate : world.candidates) candidate->Resume();
  world.RunFor(seconds(120));
  REQUIRE_FALSE(world.two_gates_open);
  REQUIRE(world.OpenGates() == 1);
}

TEST_CASE("Never two open gates, and one once the trouble is over") {
  for (uint64_t seed = 1; seed <= 150; ++seed) {
    CAPTURE(seed);
    RunChaos(seed);
  }
}

}  // namespace
}  // namespace windlass
