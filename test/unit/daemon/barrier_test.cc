// A daemon that wins the Lease writes nothing before it knows what the former leader wrote, on the
// simulated cluster.
#include "test/catch.h"
#include "test/sim/sample_objects.h"
#include "test/unit/daemon/daemon_process.h"

namespace windlass::barrier_test {
namespace {

// Returns true for the list with which the barrier compares the cache of ReplicaSets. The cache
// itself asks for whole objects.
bool IsListOfBarrier(const HttpRequest& request) {
  return request.method == HttpMethod::kGet &&
         request.target.find("/replicasets?") != std::string::npos &&
         request.target.find("limit=") != std::string::npos &&
         request.accept.find("PartialObjectMetadataList") != std::string::npos;
}

TEST_CASE("a daemon that wins the Lease writes nothing before its barrier is passed (L-011)") {
  sim::World world(1);
  world.Apply(sim::SampleDeployment("web", 2, "app:v1"));
  DaemonProcess windlass(world);
  int writes = 0;
  windlass.network.on_request = [&](const HttpRequest& request) {
    const bool of_lease = request.target.find("/leases") != std::string::npos;
    if (request.method != HttpMethod::kGet && !of_lease) ++writes;
  };
  windlass.network.HoldNext(IsListOfBarrier);
  windlass.daemon.Start();
  REQUIRE(world.RunUntil([&] { return windlass.network.holds(); }, seconds(30)));
  CHECK(windlass.Logged("started leading"));
  world.RunFor(seconds(3));
  CHECK(writes == 0);
  windlass.network.Deliver();
  CHECK(world.RunUntil([&] { return world.IsComplete("web"); }, seconds(600)));
}

}  // namespace
}  // namespace windlass::barrier_test
