// Which changes in the caches wake which Deployments (D-010…D-028).
#include "controller/workload/watch/wake_ups.h"

#include <algorithm>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "controller/deployment/deployment_controller.h"
#include "controller/in_place/watch/cache.h"
#include "kubeclient/base/assert.h"
#include "kubeclient/base/assert_scope.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/support/recording_host.h"
#include "test/support/recording_log.h"
#include "test/support/replace_all.h"
#include "test/unit/cache/informer_parts.h"
#include "test/unit/cache/silent_transport.h"

namespace windlass::wake_ups_test {
namespace {

Uid UidOf(uint64_t number) { return {0xD0, number}; }

// Stores that a test fills by hand, and the keys woken since the last query.
struct Fixture : InformerParts<SilentTransport> {
  Fixture() {
    cache.Extend(in_place);
    host.on_wake = [this](const ObjectKey& key, Wake) { woken.insert(key.name); };
    AddDeployment("web", 1);
    AddDeployment("api", 2);
    Take();
  }

  void AddDeployment(
      const std::string& name, uint64_t number,
      const std::function<void(Deployment&)>& change = [](Deployment&) {}) {
    Deployment deployment;
    deployment.meta = Meta("ns", name, UidOf(number));
    deployment.spec.strategy_type = "RollingUpdate";
    deployment.spec.selector.present = true;
    deployment.spec.selector.match_labels = {{"app", name}};
    change(deployment);
    deployments.objects().Apply(std::move(deployment));
  }

  // Returns a ReplicaSet that Deployment web owns, with its labels.
  ReplicaSet OfWeb(const std::string& name) {
    ReplicaSet rs;
    rs.meta = Meta("ns", name, UidOf(100));
    rs.meta.labels = {{"app", "web"}};
    rs.meta.owner_references = {{"apps/v1", "Deployment", "web", UidOf(1), true, true}};
    return rs;
  }
  void Put(ReplicaSet rs) {
    rs.meta.resource_version = NextVersion();
    cache.replica_sets().store().Apply(std::move(rs));
  }
  void Remove(const ReplicaSet& rs) {
    cache.replica_sets().store().ApplyDelete(KeyOf(rs.meta), rs.meta.uid, NextVersion());
  }

  PodMetadata PodOf(const ReplicaSet& rs) {
    PodMetadata pod;
    pod.meta = Meta("ns", rs.meta.name + "-pod", UidOf(1000));
    pod.meta.owner_references = {{"apps/v1", "ReplicaSet", rs.meta.name, rs.meta.uid, true, true}};
    return pod;
  }
  void Put(PodMetadata pod) {
    pod.meta.resource_version = NextVersion();
    cache.pods().store().Apply(std::move(pod));
  }
  void Remove(const PodMetadata& pod) {
    cache.pods().store().ApplyDelete(KeyOf(pod.meta), pod.meta.uid, NextVersion());
  }

  ObjectMeta Meta(const std::string& namespace_, const std::string& name, const Uid& uid) {
    ObjectMeta meta;
    meta.namespace_ = namespace_;
    meta.name = name;
    meta.uid = uid;
    meta.generation = 1;
    meta.resource_version = NextVersion();
    return meta;
  }
  ResourceVersion NextVersion() { return {std::to_string(++version)}; }

  // Returns "api web"; each key once.
  std::string Take() {
    std::string names;
    for (const std::string& name : std::exchange(woken, {})) names += " " + name;
    return names.empty() ? names : names.substr(1);
  }

  RecordingHost host{environment};
  DeploymentStore deployments{host.informers()};
  WorkloadCache cache{host.informers(), deployments};
  InPlaceCache in_place{host.informers()};
  std::set<std::string> woken;
  WakeUps wake_ups{cache, host};
  uint64_t version = 1000;
};

struct Row {
  std::string id;
  std::function<void(Fixture&)> change;
  std::string want;
};

TEST_CASE("a change of a Deployment wakes it") {
  const Row row = GENERATE(values<Row>({
      {"D-010 D-011 a new one", [](Fixture& f) { f.AddDeployment("new", 3); }, "new"},
      {"D-011 a new one that is being deleted",
       [](Fixture& f) {
         f.AddDeployment("new", 3, [](Deployment& d) { d.meta.deletion_timestamp = {1}; });
       },
       "new"},
      {"D-012 any update", [](Fixture& f) { f.AddDeployment("web", 1); }, "web"},
      {"D-013 deleted",
       [](Fixture& f) {
         f.deployments.objects().ApplyDelete({"ns", "web"}, UidOf(1), f.NextVersion());
       },
       "web"},
      {"D-010 D-013 missing from a list",
       [](Fixture& f) { ReplaceAll(f.deployments.objects(), {}, f.NextVersion()); }, "api web"},
  }));
  CAPTURE(row.id);
  Fixture fixture;
  row.change(fixture);
  CHECK(fixture.Take() == row.want);
  Proves(row.id);
}

TEST_CASE("a new ReplicaSet wakes the owner that it names, or all that it matches") {
  const auto with = [](std::function<void(ReplicaSet&)> edit) {
    return [edit = std::move(edit)](Fixture& f) {
      ReplicaSet rs = f.OfWeb("web-1");
      edit(rs);
      f.Put(rs);
    };
  };
  const Row row = GENERATE_COPY(values<Row>({
      {"D-015 UT-05 its owner", with([](ReplicaSet&) {}), "web"},
      {"D-015 whatever its labels", with([](ReplicaSet& rs) { rs.meta.labels = {{"app", "api"}}; }),
       "web"},
      {"D-014 being deleted", with([](ReplicaSet& rs) { rs.meta.deletion_timestamp = {1}; }),
       "web"},
      {"D-019 an owner of another uid",
       with([](ReplicaSet& rs) { rs.meta.owner_references[0].uid = UidOf(77); }), ""},
      {"D-019 an owner of another kind",
       with([](ReplicaSet& rs) { rs.meta.owner_references[0].kind = "StatefulSet"; }), ""},
      {"D-019 whatever the API group",
       with([](ReplicaSet& rs) { rs.meta.owner_references[0].api_version = "extensions/v1"; }),
       "web"},
      {"D-019 an owner that is not there",
       with([](ReplicaSet& rs) { rs.meta.owner_references[0].name = "gone"; }), ""},
      {"D-016 an orphan", with([](ReplicaSet& rs) { rs.meta.owner_references.clear(); }), "web"},
      {"D-016 D-102 a reference without control",
       with([](ReplicaSet& rs) { rs.meta.owner_references[0].controller = false; }), "web"},
      {"D-016 an orphan of another namespace", with([](ReplicaSet& rs) {
         rs.meta.owner_references.clear();
         rs.meta.namespace_ = "other";
       }),
       ""},
      {"D-020 an orphan without labels", with([](ReplicaSet& rs) {
         rs.meta.owner_references.clear();
         rs.meta.labels = {};
       }),
       ""},
  }));
  CAPTURE(row.id);
  Fixture fixture;
  row.change(fixture);
  CHECK(fixture.Take() == row.want);
  Proves(row.id);
}

TEST_CASE("an orphan wakes every Deployment that it matches (D-016, D-020)") {
  Fixture fixture;
  fixture.AddDeployment("twin", 3,
                        [](Deployment& d) { d.spec.selector.match_labels = {{"app", "web"}}; });
  fixture.AddDeployment("all", 4, [](Deployment& d) { d.spec.selector.match_labels = {}; });
  fixture.AddDeployment("invalid", 5, [](Deployment& d) {
    d.spec.selector.match_expressions = {{"app", "Near", {"web"}}};
  });
  fixture.Take();
  ReplicaSet orphan = fixture.OfWeb("web-1");
  orphan.meta.owner_references.clear();
  fixture.Put(orphan);
  CHECK(fixture.Take() == "twin web");
  Proves("D-016 D-020");
}

TEST_CASE("a selector that is empty or invalid matches no orphan (D-020)") {
  Fixture fixture;
  const bool empty = GENERATE(true, false);
  fixture.AddDeployment("web", 1, [&](Deployment& web) {
    if (empty) {
      web.spec.selector.match_labels = {};
    } else {
      web.spec.selector.match_expressions = {{"app", "Near", {"web"}}};
    }
  });
  fixture.Take();
  ReplicaSet orphan = fixture.OfWeb("web-1");
  orphan.meta.owner_references.clear();
  fixture.Put(orphan);
  CHECK(fixture.Take().empty());
  CHECK(fixture.cache.ViewOf({"ns", "web"})->replica_sets.empty());
  Proves("D-020");
}

TEST_CASE("a ReplicaSet of another controller wakes the Deployment whose selector it matches") {
  Fixture fixture;
  fixture.cache.overlaps().Count([](const OwnerReference&) { return true; });
  fixture.cache.overlaps().LookAtAll();
  ReplicaSet rs = fixture.OfWeb("web-1");
  rs.meta.owner_references = {{"example.com/v1", "Boat", "blue", UidOf(7), true, true}};
  fixture.Put(rs);
  CHECK(fixture.Take() == "web");
  const View view = fixture.cache.ViewOf({"ns", "web"}).value();
  CHECK(view.replica_sets.empty());
  REQUIRE(view.overlaps.size() == 1);
  CHECK(view.overlaps[0].other == rs.meta.owner_references[0]);
  rs.status.replicas = 3;
  fixture.Put(rs);
  CHECK(fixture.Take() == "");
  fixture.Remove(rs);
  CHECK(fixture.Take() == "web");
  CHECK(fixture.cache.ViewOf({"ns", "web"})->overlaps.empty());
  Proves("RO-160 RO-162");
}

TEST_CASE("the view of a Deployment holds its own ReplicaSets and the orphans it may adopt") {
  Fixture fixture;
  uint64_t number = 100;
  const auto put = [&](const std::string& name, const std::function<void(ReplicaSet&)>& change) {
    ReplicaSet rs = fixture.OfWeb(name);
    rs.meta.uid = UidOf(++number);
    change(rs);
    fixture.Put(rs);
  };
  put("own", [](ReplicaSet&) {});
  put("own-edited", [](ReplicaSet& rs) { rs.meta.labels = {}; });
  put("orphan", [](ReplicaSet& rs) { rs.meta.owner_references.clear(); });
  put("other-orphan", [](ReplicaSet& rs) {
    rs.meta.owner_references.clear();
    rs.meta.labels = {{"app", "db"}};
  });
  put("of-another", [](ReplicaSet& rs) { rs.meta.owner_references[0].uid = UidOf(2); });
  std::string names;
  const View view = fixture.cache.ViewOf({"ns", "web"}).value();
  for (const ReplicaSet* rs : view.replica_sets) {
    names += rs->meta.name + " ";
  }
  CHECK(names == "orphan own own-edited ");
  Proves("D-053");
}

TEST_CASE("a changed ReplicaSet wakes its owners, former and present, or those it matches") {
  struct UpdateRow {
    std::string id;
    bool orphan;
    std::function<void(ReplicaSet&)> edit;
    std::string want;
  };
  const UpdateRow row = GENERATE(values<UpdateRow>({
      {"D-017 b its status", false, [](ReplicaSet& rs) { rs.status.replicas = 3; }, "web"},
      {"D-017 a b another owner", false,
       [](ReplicaSet& rs) {
         rs.meta.owner_references = {{"apps/v1", "Deployment", "api", UidOf(2), true, true}};
       },
       "api web"},
      {"D-017 a an owner by the same name with another uid", false,
       [](ReplicaSet& rs) { rs.meta.owner_references[0].uid = UidOf(77); }, "web"},
      {"D-017 a c released, and matching another one", false,
       [](ReplicaSet& rs) {
         rs.meta.owner_references.clear();
         rs.meta.labels = {{"app", "api"}};
       },
       "api web"},
      {"D-017 c an orphan's labels", true,
       [](ReplicaSet& rs) { rs.meta.labels = {{"app", "api"}}; }, "api"},
      {"D-017 c an orphan's status", true, [](ReplicaSet& rs) { rs.status.replicas = 3; }, ""},
      {"D-017 b an orphan that was adopted", true,
       [](ReplicaSet& rs) {
         rs.meta.owner_references = {{"apps/v1", "Deployment", "api", UidOf(2), true, true}};
       },
       "api"},
  }));
  CAPTURE(row.id);
  Fixture fixture;
  ReplicaSet rs = fixture.OfWeb("web-1");
  if (row.orphan) rs.meta.owner_references.clear();
  fixture.Put(rs);
  fixture.Take();
  row.edit(rs);
  fixture.Put(rs);
  CHECK(fixture.Take() == row.want);
  Proves(row.id);
}

TEST_CASE("a ReplicaSet in the version that is held is no change (D-017)") {
  Fixture fixture;
  fixture.Put(fixture.OfWeb("web-1"));
  fixture.Take();
  fixture.cache.replica_sets().store().Apply(
      *fixture.cache.replica_sets().store().Find({"ns", "web-1"}));
  CHECK(fixture.Take().empty());
  Proves("D-017");
}

TEST_CASE("a deleted ReplicaSet wakes its owner (D-018)") {
  const bool orphan = GENERATE(false, true);
  CAPTURE(orphan);
  Fixture fixture;
  ReplicaSet rs = fixture.OfWeb("web-1");
  if (orphan) rs.meta.owner_references.clear();
  fixture.Put(rs);
  fixture.Take();
  SECTION("seen") { fixture.Remove(rs); }
  SECTION("missing from a list") {
    ReplaceAll(fixture.cache.replica_sets().store(), {}, fixture.NextVersion());
  }
  CHECK(fixture.Take() == (orphan ? "" : "web"));
  Proves("D-018 D-010 UT-05");
}

struct PodRow {
  std::string id;
  std::string strategy;
  std::function<void(PodMetadata&)> edit;
  std::string want;
};

TEST_CASE("only the deletion of a Recreate Deployment's Pod wakes it") {
  const PodRow row = GENERATE(values<PodRow>({
      {"D-023 UT-04 W-01 Recreate", "Recreate", [](PodMetadata&) {}, "web"},
      {"D-023 UT-04 RollingUpdate", "RollingUpdate", [](PodMetadata&) {}, ""},
      {"D-022 UT-04 nobody's", "Recreate", [](PodMetadata& p) { p.meta.owner_references.clear(); },
       ""},
      {"D-022 another kind's", "Recreate",
       [](PodMetadata& p) { p.meta.owner_references[0].kind = "Job"; }, ""},
      {"D-022 D-054 a ReplicaSet's of the same name", "Recreate",
       [](PodMetadata& p) { p.meta.owner_references[0].uid = UidOf(77); }, ""},
      {"D-022 a ReplicaSet's that is not there", "Recreate",
       [](PodMetadata& p) { p.meta.owner_references[0].name = "gone"; }, ""},
      {"D-022 without control", "Recreate",
       [](PodMetadata& p) { p.meta.owner_references[0].controller = false; }, ""},
  }));
  CAPTURE(row.id);
  Fixture fixture;
  fixture.AddDeployment("web", 1,
                        [&](Deployment& d) { d.spec.strategy_type = Symbol(row.strategy); });
  const ReplicaSet rs = fixture.OfWeb("web-1");
  fixture.Put(rs);
  PodMetadata pod = fixture.PodOf(rs);
  row.edit(pod);
  fixture.Take();

  fixture.Put(pod);
  pod.meta.deletion_timestamp = {1};
  fixture.Put(pod);
  CHECK(fixture.Take().empty());  // D-021
  fixture.Remove(pod);
  CHECK(fixture.Take() == row.want);
  Proves(row.id);
  Proves("D-021");
}

// Pods of all workloads are watched as soon as one workload needs that.
TEST_CASE("a Pod of a Deployment that does not look at its Pods makes no workload of it") {
  Fixture fixture;
  int made = 0;
  Informers& informers = fixture.host.informers();
  WorkloadStoreOf<Deployment> deployments(
      informers, {"deployments", informers.All(resources::kDeployments), &DecodeDeployment},
      [&](const Deployment& deployment) {
        ++made;
        return deployment::AsWorkload(fixture.deployments.kind(), deployment);
      });
  WorkloadCache cache{informers, deployments};
  const WakeUps wake_ups(cache, fixture.host);
  fixture.AddDeployment("api", 2, [](Deployment& d) { d.spec.strategy_type = "Recreate"; });
  const ReplicaSet rs = fixture.OfWeb("web-1");
  fixture.Put(rs);
  const PodMetadata pod = fixture.PodOf(rs);
  made = 0;
  fixture.Put(pod);
  fixture.Remove(pod);
  CHECK(made == 0);
  REQUIRE(cache.OwnerOfPod(pod.meta) != nullptr);
  CHECK(cache.OwnerOfPod(pod.meta)->name == "web");
  CHECK(made == 0);
}

// The stores of a process in which no Workload can be made of Deployment web.
TEST_CASE("a Deployment that fails an assertion counts as gone, and is woken (Q-014)") {
  InformerParts<SilentTransport, RecordingLog> parts;
  RecordingHost host{parts.environment};
  DeploymentStore sound{host.informers()};
  bool faulty = true;
  WorkloadStoreOf<Deployment> deployments(
      host.informers(),
      {"faulty", host.informers().All(resources::kDeployments), &DecodeDeployment},
      [&](const Deployment& deployment) {
        WL_ASSERT(!faulty || deployment.meta.name != "web");
        return deployment::AsWorkload(sound.kind(), deployment);
      });
  std::vector<std::string> told;
  deployments.OnChange([&](const WorkloadChange& change) {
    const ObjectMeta& meta = change.now != nullptr ? change.now->meta : *change.before;
    told.push_back((change.is_faulty           ? "faulty "
                    : change.now == nullptr    ? "gone "
                    : change.before == nullptr ? "new "
                                               : "changed ") +
                   meta.name);
  });
  int version = 100;
  const auto put = [&](const std::string& name) {
    Deployment deployment;
    deployment.meta.namespace_ = "ns";
    deployment.meta.name = name;
    deployment.meta.uid = UidOf(name == "web" ? 1 : 2);
    deployment.meta.resource_version = {std::to_string(++version)};
    deployments.objects().Apply(std::move(deployment));
  };
  put("api");
  put("web");
  CHECK(told == std::vector<std::string>{"new api", "faulty web"});
  CHECK_FALSE(deployments.Find({"ns", "web"}));
  CHECK(deployments.Find({"ns", "api"}));
  CHECK(deployments.FindMeta({"ns", "web"}) != nullptr);
  std::string visited;
  deployments.ForEachIn("ns", [&](const Workload& workload) { visited += workload.meta.name; });
  CHECK(visited == "api");
  CHECK(std::ranges::any_of(parts.log.lines, [](const std::string& line) {
    return line.starts_with("error internal error outside of a sync ") &&
           line.find("deployments ns/web") != std::string::npos;
  }));
  {
    const AssertionsThrow sync;
    CHECK_THROWS_AS(deployments.Find({"ns", "web"}), AssertionError);  // and not "it is gone"
  }
  told.clear();
  faulty = false;
  put("web");
  put("web");
  CHECK(told == std::vector<std::string>{"new web", "changed web"});
  told.clear();
  faulty = true;
  put("web");
  deployments.objects().ApplyDelete({"ns", "web"}, UidOf(1), {std::to_string(++version)});
  CHECK(told == std::vector<std::string>{"faulty web", "gone web"});
}

// Asks for nothing: each question fails an assertion.
class FaultyExtension final : public WatchExtension {
 public:
  bool IsAskedBy(const Workload&) const override { return Fail(); }
  bool IsRememberedBy(const ReplicaSet&) const override { return Fail(); }
  void Start() override {}
  void LetGo() override {}
  void Stop() override {}
  size_t LargestPodJson(const Uid&) const override { return 0; }
  void Fill(View&) const override {}

 private:
  static bool Fail() {
    WL_ASSERT(false);
    return true;
  }
};

TEST_CASE("an extension that fails an assertion over an object does not stop its wake-up (Q-014)") {
  Fixture fixture;
  FaultyExtension faulty;
  fixture.cache.Extend(faulty);
  fixture.AddDeployment("web", 1);
  CHECK(fixture.Take() == "web");
  fixture.Put(fixture.OfWeb("web-1"));
  CHECK(fixture.Take() == "web");
  CHECK_FALSE(fixture.cache.ConcernsExtension(UidOf(1)));
}

TEST_CASE("the first that asks for updates in place is noted, once: it takes further rights") {
  Fixture fixture;
  int told = 0;
  fixture.cache.on_extension_needed = [&] { ++told; };
  const auto add = [&](const std::string& name, StringMap annotations) {
    fixture.AddDeployment(name, 1, [&](Deployment& d) { d.meta.annotations = annotations; });
  };
  add("a", {{"windlass.dev/in-place-pdb", "Respect"}});
  CHECK(told == 0);
  add("b", {{"windlass.dev/in-place", "Only"}});
  CHECK(told == 1);
  add("c", {{"windlass.dev/in-place", "Only"}});
  CHECK(told == 1);
}

TEST_CASE(
    "the last that asked for updates in place ends them, if no ReplicaSet has a copy (R-063)") {
  Fixture fixture;
  fixture.cache.Extend(fixture.in_place);
  fixture.cache.Start();
  const auto add = [&](const std::string& name, StringMap annotations) {
    fixture.AddDeployment(name, 1, [&](Deployment& d) { d.meta.annotations = annotations; });
  };
  const StringMap asking = {{"windlass.dev/in-place", "Only"}};
  add("web", asking);
  ReplicaSet rs = fixture.OfWeb("web-1");
  rs.meta.annotations = asking;
  fixture.Put(rs);
  CHECK(fixture.in_place.running());
  add("web", {});
  CHECK(fixture.in_place.running());  // Pods may still be out of traffic
  rs.meta.annotations = {};           // none is: the sync has removed the copy
  fixture.Put(rs);
  CHECK_FALSE(fixture.in_place.running());
  CHECK(fixture.in_place.budgets().reflector().state() != ReflectorState::kStopped);
  fixture.time.Advance(kInformerLingers);
  CHECK(fixture.in_place.budgets().reflector().state() == ReflectorState::kStopped);

  add("web", asking);
  CHECK(fixture.in_place.running());
  fixture.deployments.objects().ApplyDelete({"ns", "web"}, UidOf(1), fixture.NextVersion());
  CHECK_FALSE(fixture.in_place.running());
  fixture.cache.Stop();
  CHECK(fixture.in_place.budgets().reflector().state() != ReflectorState::kStopped);
}

TEST_CASE(
    "Pods are watched while a Deployment has strategy Recreate, and some time longer (R-063)") {
  Fixture fixture;
  fixture.cache.Start();
  const Reflector& pods = fixture.cache.pods().reflector();
  const auto add = [&](const char* strategy) {
    fixture.AddDeployment("web", 1, [&](Deployment& d) { d.spec.strategy_type = strategy; });
  };
  add("RollingUpdate");
  CHECK(pods.state() == ReflectorState::kStopped);
  add("Recreate");
  CHECK(pods.state() != ReflectorState::kStopped);
  add("RollingUpdate");
  fixture.time.Advance(kInformerLingers - seconds(1));
  CHECK(pods.state() != ReflectorState::kStopped);
  fixture.time.Advance(seconds(1));
  CHECK(pods.state() == ReflectorState::kStopped);
  add("Recreate");
  CHECK(pods.state() != ReflectorState::kStopped);
  fixture.cache.Stop();
  CHECK(pods.state() == ReflectorState::kStopped);
}

TEST_CASE("the deletion of one of several Pods wakes, too (D-023 as W-01)") {
  Fixture fixture;
  fixture.AddDeployment("web", 1, [](Deployment& d) { d.spec.strategy_type = "Recreate"; });
  const ReplicaSet rs = fixture.OfWeb("web-1");
  fixture.Put(rs);
  const PodMetadata pod = fixture.PodOf(rs);
  PodMetadata other = pod;
  other.meta.name = "other";
  other.meta.uid = UidOf(1001);
  fixture.Put(pod);
  fixture.Put(other);
  fixture.Take();
  fixture.Remove(pod);
  CHECK(fixture.Take() == "web");
  Proves("D-023 W-01 B-03");
}

}  // namespace
}  // namespace windlass::wake_ups_test
