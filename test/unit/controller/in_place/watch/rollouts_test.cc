// Which workloads are being updated in place, by their condition.
#include "controller/in_place/watch/rollouts.h"

#include <cstdint>
#include <string>
#include <utility>

#include "controller/deployment/deployment_controller.h"
#include "kubeclient/base/assert.h"
#include "test/catch.h"
#include "test/support/recording_host.h"
#include "test/unit/cache/informer_parts.h"

namespace windlass::rollouts_test {
namespace {

const ObjectKey kWeb{"ns", "web"};
const Uid kUidOfWeb{0xD0, 1};

struct Fixture : InformerParts<> {
  Fixture() {
    deployments.OnChange([this](const WorkloadChange& change) { rollouts.Changed(change); });
  }
  void Put(const std::string& status) {
    Deployment web;
    web.meta.namespace_ = "ns";
    web.meta.name = "web";
    web.meta.uid = kUidOfWeb;
    web.meta.resource_version = {std::to_string(++version)};
    web.status.conditions = {{"windlass.dev/InPlace", status, "Patching", "", {}, {}}};
    deployments.objects().Apply(std::move(web));
  }

  RecordingHost host{environment};
  DeploymentStore sound{host.informers()};
  bool faulty = false;  // no Workload can be made of a Deployment
  WorkloadStoreOf<Deployment> deployments{
      host.informers(),
      {"faulty", host.informers().All(resources::kDeployments), &DecodeDeployment},
      [this](const Deployment& deployment) {
        WL_ASSERT(!faulty);
        return deployment::AsWorkload(sound.kind(), deployment);
      }};
  InPlaceRollouts rollouts;
  uint64_t version = 1000;
};

TEST_CASE_METHOD(Fixture, "a fault does not end an update in place, the condition does (Q-014)") {
  Put("True");
  CHECK(rollouts.UnderWay(kWeb));
  faulty = true;
  Put("True");
  CHECK(rollouts.UnderWay(kWeb));
  SECTION("as the condition says when the fault is over") {
    faulty = false;
    Put("True");
    CHECK(rollouts.UnderWay(kWeb));
    Put("False");
  }
  SECTION("or the deletion") {
    deployments.objects().ApplyDelete(kWeb, kUidOfWeb, {std::to_string(++version)});
  }
  CHECK_FALSE(rollouts.UnderWay(kWeb));
}

}  // namespace
}  // namespace windlass::rollouts_test
