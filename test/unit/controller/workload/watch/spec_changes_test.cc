// When the specs of a workload and of its ReplicaSets changed last.
#include "controller/workload/watch/spec_changes.h"

#include <string>
#include <utility>

#include "controller/deployment/deployment_controller.h"
#include "kubeclient/base/assert.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/support/recording_host.h"
#include "test/unit/cache/informer_parts.h"

namespace windlass::spec_changes_test {
namespace {

Uid UidOf(uint64_t number) { return {0xD0, number}; }

// Deployment web has uid 1, its ReplicaSet web-1 has uid 2.
struct Fixture : InformerParts<> {
  void PutDeployment(int64_t generation) {
    Deployment deployment;
    deployment.meta = Meta("web", 1, generation);
    deployments.objects().Apply(std::move(deployment));
  }
  void PutReplicaSet(int64_t generation, const std::string& owner_kind = "Deployment") {
    ReplicaSet rs;
    rs.meta = Meta("web-1", 2, generation);
    rs.meta.owner_references = {{"apps/v1", owner_kind, "web", UidOf(1), true, true}};
    replica_sets.Apply(std::move(rs));
  }
  ObjectMeta Meta(const std::string& name, uint64_t number, int64_t generation) {
    ObjectMeta meta;
    meta.namespace_ = "ns";
    meta.name = name;
    meta.uid = UidOf(number);
    meta.generation = generation;
    meta.resource_version = {std::to_string(++version)};
    return meta;
  }
  // Returns the age of the last change in seconds.
  int64_t Age() const { return (time.Wall() - changes.LastOf(UidOf(1))).count(); }

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
  Store<ReplicaSet> replica_sets;
  SpecChanges changes{time, deployments, replica_sets};
  uint64_t version = 1000;
};

// Complete for a hundred seconds.
struct Begun : Fixture {
  Begun() {
    PutDeployment(1);
    PutReplicaSet(1);
    changes.Begin();
    time.Advance(seconds(100));
  }
};

TEST_CASE("what was before the caches were complete is not known") {
  Fixture f;
  f.PutDeployment(1);
  f.PutReplicaSet(1);
  f.time.Advance(seconds(40));
  CHECK(f.Age() == 0);
  f.changes.Begin();
  f.time.Advance(seconds(40));
  CHECK(f.Age() == 40);
  f.PutReplicaSet(2);
  f.time.Advance(seconds(5));
  f.changes.Begin();  // complete once more
  f.time.Advance(seconds(3));
  CHECK(f.Age() == 3);
}

TEST_CASE("another generation of a workload or of its ReplicaSet is a change") {
  Begun f;
  CHECK(f.Age() == 100);
  f.PutDeployment(2);
  CHECK(f.Age() == 0);
  f.time.Advance(milliseconds(9999));
  CHECK(f.Age() == 9);  // never too old
  f.PutReplicaSet(2);
  CHECK(f.Age() == 0);
  Proves("D-275");
}

TEST_CASE("so is a ReplicaSet that comes or goes") {
  Begun f;
  f.replica_sets.ApplyDelete({"ns", "web-1"}, UidOf(2), {std::to_string(++f.version)});
  CHECK(f.Age() == 0);
  f.time.Advance(seconds(10));
  f.PutReplicaSet(1);
  CHECK(f.Age() == 0);
}

TEST_CASE("a status, and a ReplicaSet of another owner, are none") {
  Begun f;
  f.PutDeployment(1);
  f.PutReplicaSet(1);
  f.PutReplicaSet(2, "Boat");
  CHECK(f.Age() == 100);
}

TEST_CASE("a deleted workload is forgotten") {
  Begun f;
  f.PutReplicaSet(2);
  CHECK(f.Age() == 0);
  f.deployments.objects().ApplyDelete({"ns", "web"}, UidOf(1), {std::to_string(++f.version)});
  f.PutReplicaSet(3);
  CHECK(f.Age() == 100);
}

// Whom this serves: who waits for old Pods to go, while Windlass fails over one version of the
// Deployment. The wait does not become older by that.
TEST_CASE("a workload with a fault keeps the time of its last change (Q-014, D-275)") {
  Begun f;
  f.PutDeployment(2);
  f.time.Advance(seconds(10));
  f.faulty = true;
  f.PutDeployment(2);
  f.PutDeployment(2);
  CHECK(f.Age() == 10);
  f.faulty = false;
  f.PutDeployment(2);
  CHECK(f.Age() == 10);
}

TEST_CASE("a change during a fault counts when the fault is over (Q-014, D-275)") {
  Begun f;
  f.faulty = true;
  f.PutDeployment(2);
  f.time.Advance(seconds(10));
  f.PutDeployment(2);
  f.faulty = false;
  f.PutDeployment(2);
  CHECK(f.Age() == 0);
  f.time.Advance(seconds(10));
  f.PutDeployment(2);
  CHECK(f.Age() == 10);
}

TEST_CASE("a workload that is deleted during a fault is forgotten (Q-014)") {
  Begun f;
  f.PutDeployment(2);
  f.faulty = true;
  f.PutDeployment(3);
  f.deployments.objects().ApplyDelete({"ns", "web"}, UidOf(1), {std::to_string(++f.version)});
  f.faulty = false;
  f.PutDeployment(4);
  CHECK(f.Age() == 100);
}

}  // namespace
}  // namespace windlass::spec_changes_test
