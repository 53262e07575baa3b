// What the metrics of rollouts say of an object over which planner code fails an assertion.
#include <algorithm>
#include <string>
#include <variant>

#include "controller/deployment/deployment_controller.h"
#include "controller/workload/watch/rollout_observer.h"
#include "controller/workload/watch/rollout_state.h"
#include "kubeclient/base/assert.h"
#include "test/catch.h"
#include "test/support/recording_host.h"
#include "test/support/recording_log.h"
#include "test/unit/cache/informer_parts.h"

namespace windlass::sim::rollout_observer_fault_test {
namespace {

struct Fixture : InformerParts<ScriptedTransport, RecordingLog> {
  Fixture() { observer.Lead(true); }

  void Put(const std::string& name, uint64_t uid) {
    Deployment deployment;
    deployment.meta.namespace_ = "shop";
    deployment.meta.name = name;
    deployment.meta.uid = {0xD0, uid};
    deployment.meta.generation = 1;
    deployment.meta.resource_version = {std::to_string(++version)};
    deployment.spec.strategy_type = "RollingUpdate";
    deployments.objects().Apply(std::move(deployment));
  }

  RecordingHost host{environment};
  DeploymentStore deployments{host.informers()};
  WorkloadCache cache{host.informers(), deployments};
  bool faulty = true;  // what is computed of Deployment web fails an assertion
  windlass::RolloutObserver observer{time, host.informers().faults(), cache,
                                     workload::WorkloadWords("Deployment"),
                                     [this](const Workload& workload) {
                                       WL_ASSERT(!faulty || workload.meta.name != "web");
                                       return windlass::RolloutObserver::Extended{};
                                     }};
  uint64_t version = 100;
};

TEST_CASE_METHOD(Fixture,
                 "A fault over one object leaves the metrics of the others alone (Q-014)") {
  Put("web", 1);
  Put("api", 2);
  CHECK(observer.size() == 1);
  CHECK(std::ranges::any_of(log.lines, [](const std::string& line) {
    return line.starts_with("error internal error outside of a sync ") &&
           line.find("deployments shop/web") != std::string::npos;
  }));
  Figures figures;
  observer.AddFigures(figures);
  CHECK_FALSE(figures.families().empty());
}

}  // namespace
}  // namespace windlass::sim::rollout_observer_fault_test
