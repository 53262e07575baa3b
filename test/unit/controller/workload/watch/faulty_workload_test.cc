// What a cache of workloads watches while no Workload can be made of an object, or while an
// extension fails over one.
#include <functional>
#include <string>
#include <utility>

#include "controller/deployment/deployment_controller.h"
#include "controller/workload/watch/workload_cache.h"
#include "kubeclient/base/assert.h"
#include "test/catch.h"
#include "test/support/recording_host.h"
#include "test/unit/cache/informer_parts.h"

namespace windlass::faulty_workload_test {
namespace {

const Uid kWeb{0xD0, 1};
const Uid kWeb1{0xD0, 100};

// Answers nothing: what there is comes into the stores by hand.
class NoTransport final : public Transport {
 public:
  CallId Call(HttpRequest, ReplyHandler) override { return ++last_id_; }
  CallId Stream(HttpRequest, StreamHandler) override { return ++last_id_; }
  void Cancel(CallId) override {}

 private:
  CallId last_id_ = 0;
};

// All objects with the annotation "asks" need it. While `faulty` is true, each question fails an
// assertion.
class FailingExtension final : public WatchExtension {
 public:
  bool IsAskedBy(const Workload& workload) const override { return Asks(workload.meta); }
  bool IsRememberedBy(const ReplicaSet& rs) const override { return Asks(rs.meta); }
  void Start() override { runs = true; }
  void LetGo() override { runs = false; }
  void Stop() override { runs = false; }
  size_t LargestPodJson(const Uid&) const override { return 0; }
  void Fill(View&) const override {}

  bool faulty = false;
  bool runs = false;

 private:
  bool Asks(const ObjectMeta& meta) const {
    WL_ASSERT(!faulty);
    return meta.annotations.Find("asks").has_value();
  }
};

struct Fixture : InformerParts<NoTransport> {
  Fixture() {
    cache.Extend(extension);
    deployments.OnChange([this](const WorkloadChange& change) { cache.WatchFor(change); });
    cache.replica_sets().store().OnChange(
        [this](const Change<ReplicaSet>& change) { cache.WatchFor(change); });
    cache.Start();
  }
  ~Fixture() { cache.Stop(); }

  ObjectMeta Meta(const std::string& name, const Uid& uid) {
    ObjectMeta meta;
    meta.namespace_ = "ns";
    meta.name = name;
    meta.uid = uid;
    meta.generation = 1;
    meta.resource_version = NextVersion();
    if (asks) meta.annotations = {{"asks", "true"}};
    return meta;
  }
  void PutDeployment() {
    Deployment web;
    web.meta = Meta("web", kWeb);
    web.spec.strategy_type = strategy;
    deployments.objects().Apply(std::move(web));
  }
  void DeleteDeployment() { deployments.objects().ApplyDelete({"ns", "web"}, kWeb, NextVersion()); }
  void PutReplicaSet() {
    ReplicaSet rs;
    rs.meta = Meta("web-1", kWeb1);
    rs.meta.owner_references = {{"apps/v1", "Deployment", "web", kWeb, true, true}};
    cache.replica_sets().store().Apply(std::move(rs));
  }
  bool WatchesPods() const { return cache.pods().reflector().state() != ReflectorState::kStopped; }
  ResourceVersion NextVersion() { return {std::to_string(++version)}; }

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
  WorkloadCache cache{host.informers(), deployments};
  FailingExtension extension;
  bool asks = false;
  const char* strategy = "RollingUpdate";
  uint64_t version = 1000;
};

TEST_CASE_METHOD(Fixture, "a fault of the last Recreate Deployment ends no watch of Pods (Q-014)") {
  strategy = "Recreate";
  PutDeployment();
  REQUIRE(WatchesPods());
  faulty = true;
  PutDeployment();
  time.Advance(kInformerLingers + seconds(1));
  CHECK(WatchesPods());
  CHECK(cache.ReadsPods(kWeb));
  SECTION("and its deletion does") { DeleteDeployment(); }
  SECTION("and another strategy does, when the fault is over") {
    faulty = false;
    strategy = "RollingUpdate";
    PutDeployment();
  }
  CHECK_FALSE(cache.ReadsPods(kWeb));
  time.Advance(kInformerLingers + seconds(1));
  CHECK_FALSE(WatchesPods());
}

// Whom this serves: who updates the only Deployment of the cluster that is updated in place.
TEST_CASE_METHOD(Fixture, "a fault of the last user does not end the extension's watches (Q-014)") {
  asks = true;
  PutDeployment();
  REQUIRE(extension.runs);
  SECTION("if no Workload can be made") { faulty = true; }
  SECTION("if the extension fails over it") { extension.faulty = true; }
  PutDeployment();
  CHECK(extension.runs);
  CHECK(cache.ConcernsExtension(kWeb));
  faulty = extension.faulty = false;
  asks = false;
  PutDeployment();
  CHECK_FALSE(extension.runs);
}

TEST_CASE_METHOD(Fixture, "a fault over the last ReplicaSet that remembers ends nothing (Q-014)") {
  asks = true;
  PutReplicaSet();
  REQUIRE(extension.runs);
  extension.faulty = true;
  PutReplicaSet();
  CHECK(extension.runs);
  cache.replica_sets().store().ApplyDelete({"ns", "web-1"}, kWeb1, NextVersion());
  CHECK_FALSE(extension.runs);
}

}  // namespace
}  // namespace windlass::faulty_workload_test
