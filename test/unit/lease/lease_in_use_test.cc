// Finding out whether a Lease has a holder that renews it (L-017).
#include "kubeclient/lease/lease_in_use.h"

#include <optional>
#include <string>

#include "test/catch.h"
#include "test/unit/lease/lease_world.h"

namespace windlass::lease_in_use_test {
namespace {

// Asks as a separate process. Holds what is found, and when.
struct Question {
  explicit Question(LeaseWorld& world)
      : asker(world.Add("asker")),
        lease(asker.clock, asker.timers, asker, {"windlass-system", "windlass"}, seconds(15),
              [this](const std::string& holder) { found = holder; }) {}
  Candidate& asker;
  std::optional<std::string> found;
  LeaseInUse lease;
};

TEST_CASE("A Lease that is renewed is in use, and found so within a few renewals (L-017)") {
  LeaseWorld world;
  StartLeader(world);
  const Question question(world);
  REQUIRE(world.RunUntilTrue([&] { return question.found.has_value(); }, seconds(60)));
  CHECK(*question.found == "a");
  CHECK(world.now < MonotonicTime{seconds(5)});
}

TEST_CASE("A Lease whose holder is gone is free after its length, not before (L-017)") {
  LeaseWorld world;
  StartLeader(world).Crash();
  const Question question(world);
  const MonotonicTime began = world.now;
  REQUIRE(world.RunUntilTrue([&] { return question.found.has_value(); }, seconds(60)));
  CHECK(question.found->empty());
  CHECK(world.now - began >= seconds(15));
}

TEST_CASE("A Lease without a length has that of the asker (L-017)") {
  const std::optional<int> length = GENERATE(values<std::optional<int>>({std::nullopt, 0, -1}));
  nlohmann::json spec = {{"holderIdentity", "x"}};
  if (length) spec["leaseDurationSeconds"] = *length;
  LeaseWorld world;
  world.server.lease = {{"kind", "Lease"},
                        {"metadata", {{"name", "windlass"}, {"resourceVersion", "7"}}},
                        {"spec", spec}};
  const Question question(world);
  const MonotonicTime began = world.now;
  SECTION("the holder is gone") {
    REQUIRE(world.RunUntilTrue([&] { return question.found.has_value(); }, seconds(60)));
    CHECK(question.found->empty());
    CHECK(world.now - began >= seconds(15));
  }
  SECTION("the holder renews") {
    world.After(seconds(10), [&] {
      world.server.Edit([](nlohmann::json& lease) {
        lease["spec"]["renewTime"] = "2026-01-01T00:00:09.000000Z";
      });
    });
    REQUIRE(world.RunUntilTrue([&] { return question.found.has_value(); }, seconds(60)));
    CHECK(*question.found == "x");
  }
}

TEST_CASE("No Lease, or one that was given up, is free at once (L-017)") {
  const bool given_up = GENERATE(false, true);
  LeaseWorld world;
  if (given_up) {
    Candidate& leader = StartLeader(world);
    leader.election.Stop([] {});
    world.RunFor(seconds(3));
  }
  const Question question(world);
  const MonotonicTime began = world.now;
  REQUIRE(world.RunUntilTrue([&] { return question.found.has_value(); }, seconds(60)));
  CHECK(question.found->empty());
  CHECK(world.now - began < seconds(1));
}

TEST_CASE("Who may not look goes on") {
  LeaseWorld world;
  world.server.override_answer = HttpResponse{403, "application/json", "{}", {}};
  const Question question(world);
  REQUIRE(world.RunUntilTrue([&] { return question.found.has_value(); }, seconds(60)));
  CHECK(question.found->empty());
}

// Whom this serves: who runs a second process without a Lease while the API server is busy.
TEST_CASE("While the server is busy nobody knows, and nobody goes on (L-017)") {
  LeaseWorld world;
  StartLeader(world);
  world.server.override_answer = HttpResponse{GENERATE(408, 429), "application/json", "{}", {}};
  const Question question(world);
  world.RunFor(seconds(5));
  CHECK_FALSE(question.found.has_value());
  world.server.override_answer.reset();
  REQUIRE(world.RunUntilTrue([&] { return question.found.has_value(); }, seconds(60)));
  CHECK(*question.found == "a");
}

TEST_CASE("While the server does not answer nobody knows, and nobody goes on (L-017)") {
  LeaseWorld world;
  StartLeader(world);
  bool away = true;
  world.fate = [&](const Candidate& who, const HttpRequest&) {
    return Fate{.not_sent = away && who.identity == "asker"};
  };
  const Question question(world);
  world.RunFor(seconds(120));
  CHECK_FALSE(question.found.has_value());
  away = false;
  REQUIRE(world.RunUntilTrue([&] { return question.found.has_value(); }, seconds(60)));
  CHECK(*question.found == "a");
}

}  // namespace
}  // namespace windlass::lease_in_use_test
