// What a candidate gains by watching the Lease (L-009), and that it loses nothing without a watch.
#include <string>

#include "kubeclient/lease/leader_election.h"
#include "kubeclient/lease/lease.h"
#include "test/catch.h"
#include "test/support/must.h"
#include "test/unit/lease/lease_world.h"

namespace windlass::lease_watch_test {
namespace {

using nlohmann::json;

struct Pair {
  Pair(LeaseWorld& world, uint64_t seed) : leader(StartLeader(world)) {
    standby = &world.Add("b", 1000, seed);
    standby->election.Start();
    world.RunFor(seconds(20) + milliseconds(seed * 37));
    REQUIRE(leader.election.IsLeader());
  }
  Candidate& leader;
  Candidate* standby = nullptr;
};

TEST_CASE("A Lease that is given up is taken within the jitter (L-009)") {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    CAPTURE(seed);
    LeaseWorld world;
    world.watchable = true;
    Pair pair(world, seed);
    pair.leader.election.Stop([] {});
    const auto took =
        world.RunUntilTrue([&] { return pair.standby->election.IsLeader(); }, seconds(60));
    REQUIRE(took);
    CHECK(*took <= kLeaseTakeOverJitter + milliseconds(50));
    CHECK_FALSE(pair.standby->election.taken_over());
    CHECK(pair.standby->election.term().starts_with("1-"));
  }
}

TEST_CASE("A crashed leader is followed when its Lease runs out, not a retry period later") {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    CAPTURE(seed);
    LeaseWorld world;
    world.watchable = true;
    Pair pair(world, seed);
    pair.leader.Crash();
    const auto took =
        world.RunUntilTrue([&] { return pair.standby->election.IsLeader(); }, seconds(60));
    REQUIRE(took);
    CHECK(*took <= seconds(15) + milliseconds(50));
    CHECK(pair.standby->election.taken_over());
  }
}

// The watch of b lags by 10 s. At 10.1 s it shows the Lease that b read at 0.1 s, and at 12 s the
// renewal of 2 s, which b has read since. The leader crashes at 3.1 s. So b, which counts from the
// time when it read the renewal, takes the Lease before 18 s.
TEST_CASE("What a watch shows late is no sign of life (L-005)") {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    CAPTURE(seed);
    LeaseWorld world;
    world.watchable = true;
    world.fate = [](const Candidate&, const HttpRequest& http) {
      const bool watch = http.call_class == CallClass::kWatch;
      return watch ? Fate{.out = seconds(5), .back = seconds(5)} : Fate{};
    };
    Candidate& leader = StartLeader(world);
    Candidate& standby = world.Add("b", 1000, seed);
    standby.election.Start();
    world.RunFor(seconds(3));
    REQUIRE(standby.watches_opened == 1);
    leader.Crash();
    const auto took = world.RunUntilTrue([&] { return standby.election.IsLeader(); }, seconds(60));
    REQUIRE(took);
    CHECK(*took <= seconds(15));
    CHECK_FALSE(world.two_gates_open);
  }
}

TEST_CASE("While the watch tells of every renewal a candidate does not ask") {
  LeaseWorld world;
  world.watchable = true;
  Pair pair(world, 1);
  pair.standby->sent.clear();
  world.RunFor(seconds(100));
  CHECK(pair.standby->sent.empty());
  CHECK(pair.standby->watches_opened == 1);
}

TEST_CASE("A watch that says nothing, or is refused, is made up for by looking (L-009)") {
  for (const bool refused : {false, true}) {
    CAPTURE(refused);
    LeaseWorld world;
    world.watchable = !refused;
    world.fate = [](const Candidate&, const HttpRequest& http) {
      return Fate{.request_lost = http.call_class == CallClass::kWatch};
    };
    Pair pair(world, 1);
    pair.leader.election.Stop([] {});
    const auto took =
        world.RunUntilTrue([&] { return pair.standby->election.IsLeader(); }, seconds(60));
    REQUIRE(took);
    CHECK(*took <= milliseconds(2450));
    CHECK(pair.standby->watches_opened < 20);  // a refused watch is retried at growing intervals
  }
}

TEST_CASE("A deleted Lease is noticed at once; its holder keeps its time (L-012)") {
  LeaseWorld world;
  world.watchable = true;
  Pair pair(world, 1);
  pair.leader.Crash();
  world.server.Delete();
  const auto took =
      world.RunUntilTrue([&] { return pair.standby->election.IsLeader(); }, seconds(60));
  REQUIRE(took);
  CHECK(*took >= seconds(15));
  CHECK(*took <= seconds(15) + kLeaseTakeOverJitter + milliseconds(100));
  CHECK(pair.standby->election.taken_over());
}

TEST_CASE("Leading, nobody watches") {
  LeaseWorld world;
  world.watchable = true;
  Pair pair(world, 1);
  CHECK(pair.leader.watches.empty());
  CHECK(pair.standby->watches.size() == 1);
  pair.leader.election.Stop([] {});
  world.RunFor(seconds(5));
  REQUIRE(pair.standby->election.IsLeader());
  CHECK(pair.standby->watches.empty());
}

TEST_CASE("Only a fresh Lease is no take-over") {
  LeaseWorld world;
  Candidate& first = StartLeader(world);
  CHECK_FALSE(first.election.taken_over());
  CHECK(first.election.term().starts_with("0-"));
}

TEST_CASE("A Lease won back after the permit ran out is a take-over from ourselves (L-012)") {
  LeaseWorld world;
  Candidate& only = StartLeader(world);
  const std::string first = only.election.term();
  bool cut = true;
  world.fate = [&](const Candidate&, const HttpRequest&) { return Fate{.request_lost = cut}; };
  REQUIRE(world.RunUntilTrue([&] { return !only.election.IsLeader(); }, seconds(30)));
  cut = false;
  REQUIRE(world.RunUntilTrue([&] { return only.election.IsLeader(); }, seconds(60)));
  CHECK(only.election.taken_over());
  CHECK(only.election.term() != first);
}

TEST_CASE("A take-over whose answer was lost is one all the same (L-012)") {
  LeaseWorld world;
  StartLeader(world).Crash();
  Candidate& next = world.Add("b");
  bool deaf = false;
  world.fate = [&](const Candidate& who, const HttpRequest& http) {
    deaf = deaf || (IsPut(http) && who.identity == "b");
    return Fate{.reply_lost = deaf && world.now < MonotonicTime{seconds(60)}};
  };
  next.election.Start();
  REQUIRE(world.RunUntilTrue([&] { return next.election.IsLeader(); }, seconds(120)));
  CHECK(world.now > MonotonicTime{seconds(60)});
  CHECK(next.election.taken_over());
}

TEST_CASE("A watch line is the Lease, its deletion, or an error") {
  const LeaseName name{"windlass-system", "windlass"};
  json lease = {{"kind", "Lease"},
                {"metadata", {{"name", "windlass"}, {"resourceVersion", "7"}}},
                {"spec", {{"holderIdentity", "a"}}}};
  const auto event = [&](const char* type) {
    return json({{"type", type}, {"object", lease}}).dump();
  };
  const auto seen = Must(ParseLeaseEvent(event("MODIFIED"), name));
  REQUIRE(seen.has_value());
  CHECK(seen->record.holder == "a");
  CHECK(seen->version.text == "7");
  CHECK_FALSE(Must(ParseLeaseEvent(event("DELETED"), name)).has_value());
  CHECK_FALSE(ParseLeaseEvent(event("BOOKMARK"), name).ok());
  CHECK_FALSE(ParseLeaseEvent(R"({"type":"ERROR","object":{"message":"too old"}})", name).ok());
  CHECK_FALSE(ParseLeaseEvent("[1]", name).ok());
  CHECK_FALSE(ParseLeaseEvent("{", name).ok());
  const std::string deep = std::string(100000, '[') + std::string(100000, ']');
  CHECK_FALSE(ParseLeaseEvent(R"({"type":"ADDED","object":{"x":)" + deep + "}}", name).ok());
  lease["metadata"]["name"] = "another";
  CHECK_FALSE(ParseLeaseEvent(event("MODIFIED"), name).ok());
}

}  // namespace
}  // namespace windlass::lease_watch_test
