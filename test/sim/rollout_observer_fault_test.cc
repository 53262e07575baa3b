// What the metrics of rollouts say of an object over which planner code fails an assertion.
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "controller/deployment/deployment_controller.h"
#include "controller/workload/watch/rollout_observer.h"
#include "controller/workload/watch/rollout_state.h"
#include "kubeclient/api/canonical.h"
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

// No Workload can be made of Deployment web while `faulty` is true.
struct StoreFixture : InformerParts<ScriptedTransport, RecordingLog> {
  StoreFixture() { observer.Lead(true); }

  // Puts Deployment web, whose template is `text`.
  void Put(const std::string& text) {
    Deployment deployment;
    deployment.meta.namespace_ = "shop";
    deployment.meta.name = "web";
    deployment.meta.uid = {0xD0, 1};
    deployment.meta.generation = 1;
    deployment.meta.resource_version = {std::to_string(++version)};
    deployment.spec.strategy_type = "RollingUpdate";
    deployment.spec.template_fingerprint = FingerprintOf(text);
    deployments.objects().Apply(std::move(deployment));
  }
  void Delete() {
    deployments.objects().ApplyDelete({"shop", "web"}, {0xD0, 1}, {std::to_string(++version)});
  }
  // Returns how many rollouts of web the metric `name` counts. If `outcome` is not empty, counts
  // those that ended with it.
  uint64_t Count(std::string_view name, const std::string& outcome = "") const {
    Figures figures;
    observer.AddFigures(figures);
    uint64_t sum = 0;
    for (const Figures::Family& family : figures.families()) {
      if (family.metric->name != name) continue;
      for (const auto& [labels, value] : family.series) {
        if (labels[0] != "shop" || (!outcome.empty() && labels.back() != outcome)) continue;
        sum += std::get<uint64_t>(value);
      }
    }
    return sum;
  }
  uint64_t Begun() const { return Count("windlass_rollouts_started_total"); }
  uint64_t Ended() const { return Count("windlass_rollouts_finished_total"); }
  uint64_t Ended(const std::string& outcome) const {
    return Count("windlass_rollouts_finished_total", outcome);
  }

  RecordingHost host{environment};
  DeploymentStore sound{host.informers()};
  bool faulty = false;
  WorkloadStoreOf<Deployment> deployments{
      host.informers(),
      {"faulty", host.informers().All(resources::kDeployments), &DecodeDeployment},
      [this](const Deployment& deployment) {
        WL_ASSERT(!faulty);
        return deployment::AsWorkload(sound.kind(), deployment);
      }};
  WorkloadCache cache{host.informers(), deployments};
  windlass::RolloutObserver observer{
      time, host.informers().faults(), cache, workload::WorkloadWords("Deployment"),
      [](const Workload&) { return windlass::RolloutObserver::Extended{}; }};
  uint64_t version = 100;
};

TEST_CASE_METHOD(StoreFixture, "A Deployment with a fault does not count as deleted (Q-014)") {
  Put("app:v1");
  REQUIRE(observer.size() == 1);
  faulty = true;
  Put("app:v1");
  CHECK(observer.size() == 1);
  CHECK(Ended() == 0);
  SECTION("its rollout goes on when the fault is over") {
    faulty = false;
    Put("app:v1");
    CHECK(observer.size() == 1);
    CHECK(Begun() == 1);
    CHECK(Ended() == 0);
  }
  SECTION("its rollout was superseded meanwhile") {
    Put("app:v2");
    faulty = false;
    Put("app:v2");
    CHECK(observer.size() == 1);
    CHECK(Begun() == 2);
    CHECK(Ended("superseded") == 1);
    CHECK(Ended() == 1);
  }
  SECTION("it is deleted during the fault") {
    Delete();
    CHECK(observer.size() == 0);
    CHECK(Ended("deleted") == 1);
  }
}

}  // namespace
}  // namespace windlass::sim::rollout_observer_fault_test
