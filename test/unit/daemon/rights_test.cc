// What the daemon does with reviews of its rights, on the simulated cluster.
#include <optional>
#include <string>
#include <vector>

#include "test/catch.h"
#include "test/sim/sample_objects.h"
#include "test/unit/daemon/daemon_process.h"

namespace windlass::rights_test {
namespace {

const HttpResponse kAllowed{201, "application/json", R"({"status":{"allowed":true}})", {}};
const HttpResponse kDenied{201, "application/json", R"({"status":{"allowed":false}})", {}};
const HttpResponse kTrouble{500, "application/json", "{}", {}};

const HttpResponse kForbidden{
    403,
    "application/json",
    R"({"kind":"Status","reason":"Forbidden","code":403,"message":"replicasets is forbidden"})",
    {}};

bool IsAboutStatus(const std::string& body) {
  return body.find(R"("subresource":"status")") != std::string::npos;
}

// Returns true for a review of the right to create ReplicaSets.
bool IsAboutCreation(const std::string& body) {
  return body.find(R"("resource":"replicasets")") != std::string::npos &&
         body.find(R"("verb":"create")") != std::string::npos;
}

// A leader in a world where the API server forbids to create ReplicaSets while `forbidden` is true.
struct Forbidding {
  Forbidding() {
    windlass.network.refusal = [this](const HttpRequest& request) -> std::optional<HttpResponse> {
      const bool creates = request.method == HttpMethod::kPost &&
                           request.target.find("/replicasets") != std::string::npos;
      if (!forbidden || !creates) return std::nullopt;
      ++writes;
      return kForbidden;
    };
    windlass.network.review = [this](const std::string& body) {
      if (!IsAboutCreation(body)) return kAllowed;
      reviews.push_back(windlass.process->clock().Now());
      return granted ? kAllowed : kDenied;
    };
    windlass.daemon.Start();
    REQUIRE(world.RunUntil([&] { return windlass.Logged("started leading"); }, seconds(10)));
    world.RunFor(seconds(600));
    REQUIRE(reviews.size() == 1);
    forbidden = true;
  }

  sim::World world{1};
  DaemonProcess windlass{world};
  bool forbidden = false;
  bool granted = true;
  int writes = 0;
  std::vector<MonotonicTime> reviews;  // when each began
};

TEST_CASE("rights are reviewed again after a review that failed (BI-21)") {
  sim::World world(1);
  DaemonProcess windlass(world);
  int asked = 0;
  bool granted = false;
  windlass.network.review = [&](const std::string& body) {
    if (++asked <= 3) return kTrouble;
    return IsAboutStatus(body) && !granted ? kDenied : kAllowed;
  };
  windlass.daemon.Start();
  REQUIRE(world.RunUntil([&] { return windlass.Logged("started leading"); }, seconds(10)));
  const auto named = [&] {
    return windlass.Logged("missing right: patch deployments.apps/status");
  };
  REQUIRE(world.RunUntil(named, seconds(120)));

  granted = true;  // the next review sees it and is the last one
  world.RunFor(seconds(60));
  const int then = asked;
  world.RunFor(seconds(600));
  CHECK(asked == then);
}

TEST_CASE("reviews that fail for long are made ever more rarely") {
  sim::World world(1);
  DaemonProcess windlass(world);
  int asked = 0;
  windlass.network.review = [&](const std::string&) {
    ++asked;
    return kTrouble;
  };
  windlass.daemon.Start();
  world.RunFor(seconds(3600));
  // Each wait is random, up to 30 s: 15 s on average.
  CHECK(asked > 100);
  CHECK(asked < 500);
}

TEST_CASE_METHOD(Forbidding,
                 "a right that is taken away is noticed once a write is forbidden (BI-21)") {
  granted = false;
  world.Apply(sim::SampleDeployment("web", 2, "app:v1"));
  const auto named = [&] { return windlass.Logged("missing right: create replicasets.apps"); };
  REQUIRE(world.RunUntil(named, seconds(2)));
  const Readiness unready = windlass.daemon.HowReady();
  CHECK(unready.reasons.size() == 1);

  granted = true;  // the review is repeated while the right is missing, and then no more
  forbidden = false;
  const auto ready = [&] { return windlass.daemon.HowReady().reasons.empty(); };
  REQUIRE(world.RunUntil(ready, seconds(40)));
  REQUIRE(world.RunUntil([&] { return world.IsComplete("web"); }, seconds(600)));
  const size_t then = reviews.size();
  world.RunFor(seconds(600));
  CHECK(reviews.size() == then);
}

TEST_CASE_METHOD(Forbidding,
                 "writes that a policy forbids cause a review every 30 s at most (BI-21)") {
  for (const char* name : {"a", "b", "c", "d", "e"}) {
    world.Apply(sim::SampleDeployment(name, 2, "app:v1"));
  }
  world.RunFor(seconds(120));
  CHECK(writes > 20);
  REQUIRE(reviews.size() >= 3);
  CHECK(reviews.size() <= 6);
  for (size_t i = 1; i < reviews.size(); ++i) {
    CHECK(reviews[i] - reviews[i - 1] >= seconds(30));
  }
  CHECK(windlass.daemon.HowReady().reasons.empty());
}

TEST_CASE_METHOD(Forbidding, "a right that is taken away after a review is noticed by the next") {
  world.Apply(sim::SampleDeployment("web", 2, "app:v1"));
  REQUIRE(world.RunUntil([&] { return reviews.size() == 2; }, seconds(2)));
  granted = false;
  REQUIRE(world.RunUntil([&] { return windlass.Logged("missing right"); }, seconds(31)));
}

}  // namespace
}  // namespace windlass::rights_test
