// What the daemon does with reviews of its rights, on the simulated cluster.
#include <string>
#include <vector>

#include "test/catch.h"
#include "test/unit/daemon/daemon_process.h"

namespace windlass {
namespace {

const HttpResponse kAllowed{201, "application/json", R"({"status":{"allowed":true}})", {}};
const HttpResponse kDenied{201, "application/json", R"({"status":{"allowed":false}})", {}};
const HttpResponse kTrouble{500, "application/json", "{}", {}};

bool IsAboutStatus(const std::string& body) {
  return body.find(R"("subresource":"status")") != std::string::npos;
}

TEST_CASE("rights are reviewed again after a review that failed") {
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

}  // namespace
}  // namespace windlass
