// Who wakes whom (contract section 1, D-010…D-023).
#include "controller/runtime/wake_ups.h"

#include <functional>
#include <string>
#include <vector>

#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/cache/scripted_transport.h"
#include "test/unit/cache/virtual_time.h"

namespace windlass {
namespace {

Uid UidOf(uint64_t number) { return {0xD0, number}; }

OwnerReference OwnedByWeb() { return {"apps/v1", "Deployment", "web", UidOf(1), true, true}; }

// Stores that the test writes to as a watch does; nothing is started. Two Deployments select
// app=web: "web", uid 1, and "twin", uid 2.
class Cluster {
 public:
  Cluster() {
    Put(MakeDeployment("web", 1));
    Put(MakeDeployment("twin", 2));
    woken_.clear();
  }

  static Deployment MakeDeployment(const std::string& name, uint64_t uid) {
    Deployment deployment;
    deployment.meta.namespace_ = "ns";
    deployment.meta.name = name;
    deployment.meta.uid = UidOf(uid);
    deployment.meta.generation = 1;
    deployment.spec.selector.present = true;
    deployment.spec.selector.match_labels = {{"app", "web"}};
    deployment.spec.strategy_type = "RollingUpdate";
    return deployment;
  }
  static ReplicaSet MakeReplicaSet() {
    ReplicaSet rs;
    rs.meta.namespace_ = "ns";
    rs.meta.name = "web-1";
    rs.meta.uid = UidOf(100);
    rs.meta.labels = {{"app", "web"}};
    rs.meta.owner_references = {OwnedByWeb()};
    return rs;
  }
  static PodMetadata MakePod() {
    PodMetadata pod;
    pod.meta.namespace_ = "ns";
    pod.meta.name = "web-1-a";
    pod.meta.uid = UidOf(200);
    pod.meta.owner_references = {{"apps/v1", "ReplicaSet", "web-1", UidOf(100), true, true}};
    return pod;
  }

  // Each in a version of its own, the latest.
  void Put(Deployment deployment) { Apply(cache_.deployments(), std::move(deployment)); }
  void Put(ReplicaSet rs) { Apply(cache_.replica_sets(), std::move(rs)); }
  void Put(PodMetadata pod) { Apply(cache_.pods(), std::move(pod)); }
  void Delete(const Deployment& deployment) { Remove(cache_.deployments(), deployment.meta); }
  void Delete(const ReplicaSet& rs) { Remove(cache_.replica_sets(), rs.meta); }
  void Delete(const PodMetadata& pod) { Remove(cache_.pods(), pod.meta); }

  // "web! twin": those woken since the last call, "!" for a user's edit.
  std::string Woken() {
    std::string text;
    for (const std::string& name : woken_) text += (text.empty() ? "" : " ") + name;
    woken_.clear();
    return text;
  }
  View ViewOfWeb() { return cache_.ViewOf({"ns", "web"}); }
  // No relist wakes anybody for what it shows unchanged (D-017).
  void PutAgain(const ReplicaSet& rs) {
    ReplicaSet same = rs;
    same.meta.resource_version = {std::to_string(version_)};
    cache_.replica_sets().store().Apply(std::move(same));
  }

 private:
  template <typename T>
  void Apply(Informer<T>& informer, T object) {
    object.meta.resource_version = {std::to_string(++version_)};
    informer.store().Apply(std::move(object));
  }
  template <typename T>
  void Remove(Informer<T>& informer, const ObjectMeta& meta) {
    informer.store().ApplyDelete(KeyOf(meta), meta.uid, {std::to_string(++version_)});
  }

  int version_ = 0;
  SymbolTable symbols_;
  VirtualTime time_;
  Random random_{1};
  NullLog log_;
  ScriptedTransport transport_;
  Decoder decoder_{symbols_};
  std::vector<std::string> woken_;
  ClusterCache cache_{{time_, random_, log_, time_.timers(), transport_, decoder_}, ""};
  WakeUps wake_ups_{cache_,
                    [this](const ObjectKey& key, Wake wake) {
                      woken_.push_back(key.name + (wake == Wake::kSpecChange ? "!" : ""));
                    },
                    [](const Deployment&) {}};
};

TEST_CASE("a Deployment is woken by whatever happens to it (D-011…D-013)") {
  Cluster cluster;
  Deployment fresh = Cluster::MakeDeployment("fresh", 3);
  if (GENERATE(false, true)) fresh.meta.deletion_timestamp = {5};  // D-011
  cluster.Put(fresh);
  CHECK(cluster.Woken() == "fresh!");
  fresh.status.replicas = 1;
  cluster.Put(fresh);
  CHECK(cluster.Woken() == "fresh");
  fresh.meta.generation = 2;
  cluster.Put(fresh);
  CHECK(cluster.Woken() == "fresh!");
  cluster.Delete(fresh);
  CHECK(cluster.Woken() == "fresh");
  CHECK(cluster.ViewOfWeb().deployment != nullptr);
  Proves("D-010 D-011 D-012 D-013");
}

struct AddRow {
  std::string id;
  std::function<void(ReplicaSet&)> make;
  std::string woken;
};

TEST_CASE("a ReplicaSet that appears wakes its owner, an orphan whoever may adopt it") {
  const AddRow row = GENERATE(values<AddRow>({
      {"D-015", [](ReplicaSet&) {}, "web"},
      {"D-014 it is going already", [](ReplicaSet& rs) { rs.meta.deletion_timestamp = {5}; },
       "web"},
      {"D-015 other owners do not count beside the controller",
       [](ReplicaSet& rs) {
         rs.meta.owner_references = {{"apps/v1", "Deployment", "twin", UidOf(2), false, false},
                                     OwnedByWeb()};
       },
       "web"},
      {"D-019 another uid", [](ReplicaSet& rs) { rs.meta.owner_references[0].uid = UidOf(9); }, ""},
      {"D-019 another kind",
       [](ReplicaSet& rs) { rs.meta.owner_references[0].kind = "StatefulSet"; }, ""},
      {"D-019 the API group does not matter",
       [](ReplicaSet& rs) { rs.meta.owner_references[0].api_version = "extensions/v1beta1"; },
       "web"},
      {"D-019 another namespace", [](ReplicaSet& rs) { rs.meta.namespace_ = "elsewhere"; }, ""},
      {"D-016 an orphan", [](ReplicaSet& rs) { rs.meta.owner_references = {}; }, "twin web"},
      {"D-016 an owner without control is none",
       [](ReplicaSet& rs) { rs.meta.owner_references[0].controller = false; }, "twin web"},
      {"D-020 an orphan without labels",
       [](ReplicaSet& rs) {
         rs.meta.owner_references = {};
         rs.meta.labels = {};
       },
       ""},
      {"D-020 an orphan of other labels",
       [](ReplicaSet& rs) {
         rs.meta.owner_references = {};
         rs.meta.labels = {{"app", "db"}};
       },
       ""},
      {"D-016 an orphan of another namespace",
       [](ReplicaSet& rs) {
         rs.meta.owner_references = {};
         rs.meta.namespace_ = "elsewhere";
       },
       ""},
  }));
  CAPTURE(row.id);
  Cluster cluster;
  ReplicaSet rs = Cluster::MakeReplicaSet();
  row.make(rs);
  cluster.Put(rs);
  CHECK(cluster.Woken() == row.woken);
  // Deleted, an orphan wakes nobody any more (D-018).
  cluster.Delete(rs);
  CHECK(cluster.Woken() == (row.woken == "web" ? "web" : ""));
  Proves(row.id + " D-018");
}

TEST_CASE("a selector that is empty or invalid matches no orphan (D-020)") {
  Cluster cluster;
  Deployment web = Cluster::MakeDeployment("web", 1);
  if (GENERATE(false, true)) {
    web.spec.selector.match_labels = {};
  } else {
    web.spec.selector.match_expressions = {{"app", "Near", {"web"}}};
  }
  cluster.Put(web);
  cluster.Woken();
  ReplicaSet rs = Cluster::MakeReplicaSet();
  rs.meta.owner_references = {};
  cluster.Put(rs);
  CHECK(cluster.Woken() == "twin");
  CHECK(cluster.ViewOfWeb().replica_sets.empty());
  Proves("D-020");
}

struct UpdateRow {
  std::string id;
  std::function<void(ReplicaSet&)> before;
  std::function<void(ReplicaSet&)> change;
  std::string woken;
};

TEST_CASE("a ReplicaSet that changes wakes its owners, old and new, and adopters (D-017)") {
  const auto as_it_is = [](ReplicaSet&) {};
  const auto orphan = [](ReplicaSet& rs) { rs.meta.owner_references = {}; };
  const UpdateRow row = GENERATE_COPY(values<UpdateRow>({
      {"D-017 status", as_it_is, [](ReplicaSet& rs) { rs.status.replicas = 1; }, "web"},
      {"D-017 labels of one that is owned", as_it_is,
       [](ReplicaSet& rs) {
         rs.meta.labels = {{"app", "edited"}};
       },
       "web"},
      {"D-017 from one owner to another", as_it_is,
       [](ReplicaSet& rs) {
         rs.meta.owner_references = {{"apps/v1", "Deployment", "twin", UidOf(2), true, true}};
       },
       "web twin"},
      {"D-017 released", as_it_is, orphan, "web twin web"},
      {"D-017 released, and edited", as_it_is,
       [](ReplicaSet& rs) {
         rs.meta.owner_references = {};
         rs.meta.labels = {{"app", "edited"}};
       },
       "web"},
      {"D-017 adopted", orphan, [](ReplicaSet& rs) { rs.meta.owner_references = {OwnedByWeb()}; },
       "web"},
      {"D-017 the orphan's labels now match",
       [](ReplicaSet& rs) {
         rs.meta.owner_references = {};
         rs.meta.labels = {{"app", "edited"}};
       },
       [](ReplicaSet& rs) {
         rs.meta.labels = {{"app", "web"}};
       },
       "twin web"},
      {"D-017 an orphan's status", orphan, [](ReplicaSet& rs) { rs.status.replicas = 1; }, ""},
  }));
  CAPTURE(row.id);
  Cluster cluster;
  ReplicaSet rs = Cluster::MakeReplicaSet();
  row.before(rs);
  cluster.Put(rs);
  cluster.Woken();
  cluster.PutAgain(rs);
  CHECK(cluster.Woken().empty());
  row.change(rs);
  cluster.Put(rs);
  CHECK(cluster.Woken() == row.woken);
  Proves(row.id);
}

TEST_CASE("the view of a Deployment holds its own ReplicaSets and the orphans it may adopt") {
  Cluster cluster;
  const auto put = [&](const std::string& name, uint64_t uid, auto change) {
    ReplicaSet rs = Cluster::MakeReplicaSet();
    rs.meta.name = name;
    rs.meta.uid = UidOf(uid);
    change(rs);
    cluster.Put(rs);
  };
  put("own", 101, [](ReplicaSet&) {});
  put("own-edited", 102, [](ReplicaSet& rs) { rs.meta.labels = {}; });
  put("orphan", 103, [](ReplicaSet& rs) { rs.meta.owner_references = {}; });
  put("other-orphan", 104, [](ReplicaSet& rs) {
    rs.meta.owner_references = {};
    rs.meta.labels = {{"app", "db"}};
  });
  put("twins", 105, [](ReplicaSet& rs) { rs.meta.owner_references[0].uid = UidOf(2); });
  std::string names;
  for (const ReplicaSet* rs : cluster.ViewOfWeb().replica_sets) names += rs->meta.name + " ";
  CHECK(names == "orphan own own-edited ");
  Proves("D-053");
}

struct PodRow {
  std::string id;
  std::string strategy;
  std::function<void(PodMetadata&)> make;
  std::string woken;
};

TEST_CASE("only a Recreate Deployment hears that a Pod of its own went (D-021…D-023)") {
  const PodRow row = GENERATE(values<PodRow>({
      {"D-023 W-01 UT-04", "Recreate", [](PodMetadata&) {}, "web"},
      {"D-023 a rolling one", "RollingUpdate", [](PodMetadata&) {}, ""},
      {"D-022 nobody's", "Recreate", [](PodMetadata& pod) { pod.meta.owner_references = {}; }, ""},
      {"D-022 of another kind", "Recreate",
       [](PodMetadata& pod) { pod.meta.owner_references[0].kind = "Job"; }, ""},
      {"D-022 of a namesake that is gone", "Recreate",
       [](PodMetadata& pod) { pod.meta.owner_references[0].uid = UidOf(9); }, ""},
  }));
  CAPTURE(row.id);
  Cluster cluster;
  Deployment web = Cluster::MakeDeployment("web", 1);
  web.spec.strategy_type = row.strategy;
  cluster.Put(web);
  cluster.Put(Cluster::MakeReplicaSet());
  PodMetadata pod = Cluster::MakePod();
  row.make(pod);
  cluster.Woken();
  cluster.Put(pod);
  pod.meta.labels = {{"changed", "yes"}};
  cluster.Put(pod);
  CHECK(cluster.Woken().empty());  // D-021
  cluster.Delete(pod);
  CHECK(cluster.Woken() == row.woken);
  Proves(row.id + " D-021");
}

}  // namespace
}  // namespace windlass
