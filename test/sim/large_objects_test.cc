// Several workloads whose objects are as large as the server stores: of their objects only a few
// are in memory at a time.
#include <nlohmann/json.hpp>
#include <string>

#include "test/catch.h"
#include "test/proves.h"
#include "test/sim/sample_objects.h"
#include "test/sim/windlass_process.h"
#include "test/sim/world.h"

namespace windlass::sim::large_objects_test {
namespace {

constexpr int kWorkloads = 3;
constexpr size_t kLetters = 1'450'000;  // each of six bytes in JSON: one has more than 8 MiB

bool IsNewReplicaSet(const HttpRequest& request) {
  return request.method == HttpMethod::kPost &&
         request.target.find("dryRun") == std::string::npos &&
         request.target.find("/replicasets") != std::string::npos;
}

// Whom this serves: everybody else, if one tenant has many such workloads.
TEST_CASE("ReplicaSets of megabytes are made one after the other (R-067)") {
  World world(GENERATE(1, 2));
  for (int i = 0; i < kWorkloads; ++i) {
    Json workload = SampleDeployment("web-" + std::to_string(i), 1);
    workload["spec"]["template"]["spec"]["containers"][0]["args"] = {std::string(kLetters, '\x01')};
    world.Apply(workload);
  }
  WindlassProcess windlass(world);
  size_t made = 0;
  windlass.transport().decide = [&](uint64_t, const HttpRequest& request) {
    if (!IsNewReplicaSet(request)) return Fate::kDelivered;
    CHECK(world.api().List(resources::kReplicaSets, "default").size() == made);
    ++made;
    return Fate::kDelivered;
  };
  CHECK(world.RunUntil([&] { return made == kWorkloads; }, seconds(120)));
  Proves("R-067");
}

}  // namespace
}  // namespace windlass::sim::large_objects_test
