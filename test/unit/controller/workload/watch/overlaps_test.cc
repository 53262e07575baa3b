// Which workloads are found to select ReplicaSets of another controller, and when.
#include "controller/workload/watch/overlaps.h"

#include <functional>
#include <set>
#include <string>
#include <utility>

#include "controller/deployment/deployment_controller.h"
#include "kubeclient/base/assert.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/support/recording_host.h"
#include "test/support/replace_all.h"
#include "test/unit/cache/informer_parts.h"

namespace windlass::overlaps_test {
namespace {

Uid UidOf(uint64_t number) { return {0xD0, number}; }

OwnerReference OwnerOf(const std::string& kind, const std::string& name, uint64_t number) {
  const bool ours = kind == "Deployment";
  return {ours ? "apps/v1" : "example.com/v1", kind, name, UidOf(number), true, true};
}

// The workloads are Deployments, and every owner counts. Keys are woken since the last query.
struct Fixture : InformerParts<> {
  Fixture() {
    overlaps.Count([this](const OwnerReference& owner) { return counts(owner); });
    overlaps.on_change = [this](const ObjectKey& key) { woken.insert(key.name); };
  }

  void AddDeployment(
      const std::string& name, uint64_t number, const StringMap& labels,
      const std::function<void(Deployment&)>& change = [](Deployment&) {}) {
    Deployment deployment;
    deployment.meta = Meta(name, number);
    deployment.meta.generation = static_cast<int64_t>(version);
    deployment.spec.strategy_type = "RollingUpdate";
    deployment.spec.selector.present = true;
    deployment.spec.selector.match_labels = labels;
    change(deployment);
    deployments.objects().Apply(std::move(deployment));
  }
  void RemoveDeployment(const std::string& name, uint64_t number) {
    deployments.objects().ApplyDelete({"ns", name}, UidOf(number), NextVersion());
  }
  void Put(const std::string& name, uint64_t number, const StringMap& labels,
           const std::function<void(ObjectMeta&)>& change) {
    ReplicaSet rs;
    rs.meta = Meta(name, number);
    rs.meta.labels = labels;
    change(rs.meta);
    replica_sets.Apply(std::move(rs));
  }
  void Put(const std::string& name, uint64_t number, const StringMap& labels,
           const OwnerReference& owner) {
    Put(name, number, labels, [&](ObjectMeta& meta) { meta.owner_references = {owner}; });
  }
  void Remove(const std::string& name, uint64_t number) {
    replica_sets.ApplyDelete({"ns", name}, UidOf(number), NextVersion());
  }
  ObjectMeta Meta(const std::string& name, uint64_t number) {
    ObjectMeta meta;
    meta.namespace_ = "ns";
    meta.name = name;
    meta.uid = UidOf(number);
    meta.resource_version = NextVersion();
    return meta;
  }
  ResourceVersion NextVersion() { return {std::to_string(++version)}; }

  // Returns "Boat blue, Boat red" of Deployment web; a "+" stands before those that are mutual.
  std::string Of(const std::string& name = "web") const {
    const ObjectMeta* meta = deployments.FindMeta({"ns", name});
    if (meta == nullptr) return "gone";
    std::string text;
    for (const Overlap& overlap : overlaps.Of(*meta)) {
      text += text.empty() ? "" : ", ";
      text += overlap.is_mutual ? "+" : "";
      text += std::string(overlap.other.kind.text()) + " ";
      text += overlap.other.name.text();
    }
    return text;
  }
  std::string Take() {
    std::string names;
    for (const std::string& name : std::exchange(woken, {})) names += " " + name;
    return names.empty() ? names : names.substr(1);
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
  Store<ReplicaSet> replica_sets;
  std::function<bool(const OwnerReference&)> counts = [](const OwnerReference&) { return true; };
  std::set<std::string> woken;
  Overlaps overlaps{time, deployments, replica_sets};
  uint64_t version = 1000;
};

const StringMap kWeb = {{"app", "web"}};
const StringMap kWebBlue = {{"app", "web"}, {"color", "blue"}};

struct Row {
  std::string what;
  std::function<void(Fixture&)> change;
  std::string want;
};

// Puts a ReplicaSet of Boat blue, with this change.
std::function<void(Fixture&)> OfBoat(const std::function<void(ObjectMeta&)>& change) {
  return [=](Fixture& f) {
    f.Put("rs", 100, kWeb, [&](ObjectMeta& meta) {
      meta.owner_references = {OwnerOf("Boat", "blue", 7)};
      change(meta);
    });
  };
}

TEST_CASE("a ReplicaSet counts if its labels match and another controller owns it") {
  const OwnerReference boat = OwnerOf("Boat", "blue", 7);
  const Row row = GENERATE_COPY(values<Row>({
      {"of another kind", [=](Fixture& f) { f.Put("rs", 100, kWebBlue, boat); }, "Boat blue"},
      {"of its own", [](Fixture& f) { f.Put("rs", 100, kWeb, OwnerOf("Deployment", "web", 1)); },
       ""},
      {"of an orphan", [](Fixture& f) { f.Put("rs", 100, kWeb, [](ObjectMeta&) {}); }, ""},
      {"of an owner that is no controller",
       OfBoat([](ObjectMeta& meta) { meta.owner_references[0].controller = false; }), ""},
      {"with other labels", [=](Fixture& f) { f.Put("rs", 100, {{"app", "db"}}, boat); }, ""},
      {"without labels", [=](Fixture& f) { f.Put("rs", 100, {}, boat); }, ""},
      {"in another namespace", OfBoat([](ObjectMeta& meta) { meta.namespace_ = "other"; }), ""},
      {"while it is deleted", OfBoat([](ObjectMeta& meta) { meta.deletion_timestamp = {1}; }), ""},
      {"of a Deployment that is gone",
       [](Fixture& f) { f.Put("rs", 100, kWeb, OwnerOf("Deployment", "gone", 9)); }, ""},
      {"of one that was gone, and has a successor",
       [](Fixture& f) {
         f.AddDeployment("next", 10, {{"app", "next"}});
         f.Put("rs", 100, kWeb, OwnerOf("Deployment", "next", 9));
       },
       ""},
      {"of the kind's name in another group",
       [](Fixture& f) {
         OwnerReference other = OwnerOf("Deployment", "gone", 9);
         other.api_version = "example.com/v1";
         f.Put("rs", 100, kWeb, other);
       },
       "Deployment gone"},
      {"of an owner that does not count",
       [=](Fixture& f) {
         f.counts = [](const OwnerReference& owner) { return owner.kind == "Rollout"; };
         f.Put("rs", 100, kWeb, boat);
       },
       ""},
  }));
  CAPTURE(row.what);
  const bool is_listed = GENERATE(true, false);
  Fixture fixture;
  fixture.AddDeployment("web", 1, kWeb);
  if (is_listed) row.change(fixture);
  fixture.overlaps.LookAtAll();
  if (!is_listed) row.change(fixture);
  CHECK(fixture.Of() == row.want);
  CHECK(fixture.Take() == (row.want.empty() ? "" : "web"));
  Proves("RO-160 RO-162");
}

TEST_CASE("an overlap ends with its last ReplicaSet, whatever happens to that") {
  const OwnerReference boat = OwnerOf("Boat", "blue", 7);
  const Row row = GENERATE_COPY(values<Row>({
      {"deleted", [](Fixture& f) { f.Remove("rs", 100); }, ""},
      {"being deleted", OfBoat([](ObjectMeta& meta) { meta.deletion_timestamp = {1}; }), ""},
      {"orphaned", OfBoat([](ObjectMeta& meta) { meta.owner_references.clear(); }), ""},
      {"adopted by the Deployment",
       OfBoat([](ObjectMeta& meta) { meta.owner_references = {OwnerOf("Deployment", "web", 1)}; }),
       ""},
      {"adopted by another",
       OfBoat([](ObjectMeta& meta) { meta.owner_references = {OwnerOf("Boat", "red", 8)}; }),
       "Boat red"},
      {"with other labels", OfBoat([](ObjectMeta& meta) { meta.labels = {{"app", "db"}}; }), ""},
      {"missing from a list", [](Fixture& f) { ReplaceAll(f.replica_sets, {}, f.NextVersion()); },
       ""},
  }));
  CAPTURE(row.what);
  Fixture fixture;
  fixture.AddDeployment("web", 1, kWeb);
  fixture.overlaps.LookAtAll();
  fixture.Put("rs", 100, kWeb, boat);
  REQUIRE(fixture.Of() == "Boat blue");
  fixture.Take();
  fixture.Put("rs-2", 101, kWeb, boat);
  CHECK(fixture.Take() == "");
  fixture.Remove("rs-2", 101);
  CHECK(fixture.Take() == "");
  row.change(fixture);
  CHECK(fixture.Of() == row.want);
  CHECK(fixture.Take() == "web");
  Proves("RO-162");
}

TEST_CASE("two Deployments that select each other's ReplicaSets are mutual") {
  Fixture fixture;
  fixture.overlaps.LookAtAll();
  fixture.Put("rs-1", 100, kWebBlue, OwnerOf("Deployment", "web", 1));
  fixture.Put("rs-2", 101, kWebBlue, OwnerOf("Deployment", "two", 2));
  fixture.AddDeployment("web", 1, kWeb);
  CHECK(fixture.Of() == "");
  const bool mutual = GENERATE(true, false);
  fixture.AddDeployment("two", 2, mutual ? kWebBlue : StringMap{{"color", "red"}});
  CHECK(fixture.Of() == (mutual ? "+Deployment two" : "Deployment two"));
  CHECK(fixture.Of("two") == (mutual ? "+Deployment web" : ""));
  fixture.Take();
  fixture.RemoveDeployment("two", 2);  // its ReplicaSet is still there
  CHECK(fixture.Of() == "");
  CHECK(fixture.Take() == "web");
  Proves("RO-161 RO-162");
}

TEST_CASE("a workload is found by any selector that it has") {
  Fixture fixture;
  const bool exists_first = GENERATE(true, false);
  fixture.overlaps.LookAtAll();
  const OwnerReference boat = OwnerOf("Boat", "blue", 7);
  const auto put = [&] { fixture.Put("rs", 100, kWebBlue, boat); };
  if (!exists_first) put();
  fixture.AddDeployment("both", 1, kWebBlue);
  fixture.AddDeployment("color", 2, {{"color", "blue"}});
  fixture.AddDeployment("expression", 3, {}, [](Deployment& deployment) {
    deployment.spec.selector.match_expressions = {{"app", "In", {"db", "web"}}};
  });
  fixture.AddDeployment("not", 4, {}, [](Deployment& deployment) {
    deployment.spec.selector.match_expressions = {{"app", "NotIn", {"web"}}};
  });
  fixture.AddDeployment("all", 5, {});
  fixture.AddDeployment("invalid", 6, kWeb, [](Deployment& deployment) {
    deployment.spec.selector.match_expressions = {{"app", "Near", {"web"}}};
  });
  if (exists_first) put();
  CHECK(fixture.Take() == "both color expression");
  fixture.Remove("rs", 100);
  CHECK(fixture.Take() == "both color expression");
  for (uint64_t i = 1; i <= 3; ++i) {
    fixture.RemoveDeployment(i == 1 ? "both" : i == 2 ? "color" : "expression", i);
  }
  put();
  CHECK(fixture.Take() == "");
  Proves("RO-160");
}

TEST_CASE("a namespace without ReplicaSets costs no memory") {
  Fixture fixture;
  fixture.AddDeployment("web", 1, kWeb);
  fixture.overlaps.LookAtAll();
  CHECK(fixture.overlaps.namespaces() == 0);
  const OwnerReference boat = OwnerOf("Boat", "blue", 7);
  const auto put = [&](const std::string& name, uint64_t number) {
    fixture.Put(name, number, kWeb, [&](ObjectMeta& meta) {
      meta.owner_references = {boat};
      meta.namespace_ = name;
    });
  };
  fixture.Put("rs", 100, kWeb, boat);
  fixture.Put("rs-2", 101, kWeb, boat);
  put("a", 102);  // the namespaces before and after it
  put("z", 103);
  CHECK(fixture.overlaps.namespaces() == 3);
  fixture.Remove("rs", 100);
  CHECK(fixture.overlaps.namespaces() == 3);
  SECTION("the last one is deleted") {
    fixture.Remove("rs-2", 101);
    CHECK(fixture.overlaps.namespaces() == 2);
    CHECK(fixture.Of() == "");
    // The Deployment is found again.
    fixture.Put("rs-3", 104, kWeb, boat);
    CHECK(fixture.overlaps.namespaces() == 3);
    CHECK(fixture.Of() == "Boat blue");
  }
  SECTION("all are missing from a list") {
    ReplaceAll(fixture.replica_sets, {}, fixture.NextVersion());
    CHECK(fixture.overlaps.namespaces() == 0);
  }
  Proves("RO-160");
}

// One of the namespace's tenants gives all its objects one label.
TEST_CASE("of many others some are kept, and more are looked for when one of them goes (RO-160)") {
  Fixture f;
  f.overlaps.LookAtAll();
  f.AddDeployment("web", 1, {{"app", "same"}});
  const auto count = static_cast<uint64_t>(kOverlapsMax) + 2;
  for (uint64_t i = 0; i < count; ++i) {
    const std::string name = "boat-" + std::to_string(100 + i);
    f.Put(name, 200 + i, {{"app", "same"}}, OwnerOf("Boat", name, 100 + i));
  }
  const ObjectMeta meta = *f.deployments.FindMeta({"ns", "web"});
  CHECK(f.overlaps.Of(meta).size() == kOverlapsMax);
  f.Remove("boat-100", 200);
  CHECK(f.overlaps.Of(meta).size() == kOverlapsMax);
  for (uint64_t i = 1; i < count; ++i) {
    CHECK_FALSE(f.overlaps.Of(meta).empty());
    f.Remove("boat-" + std::to_string(100 + i), 200 + i);
  }
  CHECK(f.overlaps.Of(meta).empty());
  Proves("RO-160");
}

TEST_CASE("a selector that is edited is judged anew") {
  Fixture fixture;
  fixture.AddDeployment("web", 1, {{"app", "db"}});
  fixture.overlaps.LookAtAll();
  fixture.Put("rs", 100, kWeb, OwnerOf("Boat", "blue", 7));
  CHECK(fixture.Of() == "");
  fixture.AddDeployment("web", 1, kWeb);
  CHECK(fixture.Of() == "Boat blue");
  fixture.AddDeployment("web", 1, {{"app", "api"}});
  CHECK(fixture.Of() == "");
  fixture.Put("rs-2", 101, {{"app", "api"}}, OwnerOf("Boat", "red", 8));
  CHECK(fixture.Of() == "Boat red");
  Proves("RO-160");
}

TEST_CASE("what is there at the start is known to be") {
  Fixture fixture;
  fixture.AddDeployment("web", 1, kWeb);
  fixture.Put("rs", 100, kWeb, OwnerOf("Boat", "blue", 7));
  CHECK(fixture.Of() == "");  // the stores are not complete
  fixture.overlaps.LookAtAll();
  fixture.time.Advance(seconds(100));
  fixture.overlaps.LookAtAll();  // after a list, for example
  fixture.Put("rs-2", 101, kWeb, OwnerOf("Boat", "red", 8));
  const auto found = fixture.overlaps.Of(*fixture.deployments.FindMeta({"ns", "web"}));
  REQUIRE(found.size() == 2);
  CHECK(found[0].at_start);
  CHECK(found[0].since == fixture.time.Wall() + seconds(-100));
  CHECK_FALSE(found[1].at_start);
  CHECK(found[1].since == fixture.time.Wall());
  Proves("RO-162");
}

TEST_CASE("after the clock was set back, an overlap counts from the next look on") {
  Fixture fixture;
  fixture.AddDeployment("web", 1, kWeb);
  fixture.overlaps.LookAtAll();
  fixture.Put("rs", 100, kWeb, OwnerOf("Boat", "blue", 7));
  const auto since = [&] {
    return fixture.overlaps.Of(*fixture.deployments.FindMeta({"ns", "web"})).at(0).since;
  };
  const WallTime begun = fixture.time.Wall();
  fixture.time.Advance(seconds(3));
  CHECK(since() == begun);
  fixture.time.SetWall(seconds(-3600));
  const WallTime now = fixture.time.Wall();
  CHECK(since() == now);
  fixture.time.Advance(seconds(3));
  CHECK(since() == now);
  Proves("RO-162");
}

// Overlaps with Boat blue since `begun`. Since a hundred seconds after that, no Workload can be
// made of the Deployment.
struct InFault : Fixture {
  InFault() {
    AddDeployment("web", 1, kWeb);
    overlaps.LookAtAll();
    Put("rs", 100, kWeb, OwnerOf("Boat", "blue", 7));
    time.Advance(seconds(100));
    faulty = true;
    AddDeployment("web", 1, kWeb);
    Take();
  }
  void EndFault(const StringMap& labels) {
    faulty = false;
    AddDeployment("web", 1, labels);
  }
  WallTime Since() const { return overlaps.Of(*deployments.FindMeta({"ns", "web"})).at(0).since; }

  const WallTime begun = time.Wall();
};

// Whom this serves: whoever reads the Events. A fault of a moment sent them again.
TEST_CASE("an overlap keeps its time while Windlass fails over the workload (Q-014, RO-162)") {
  InFault fixture;
  SECTION("nothing else happens") {}
  SECTION("another ReplicaSet comes") {
    fixture.Put("rs-2", 101, kWeb, OwnerOf("Boat", "blue", 7));
  }
  fixture.AddDeployment("web", 1, kWeb);  // still faulty
  fixture.EndFault(kWeb);
  CHECK(fixture.Of() == "Boat blue");
  CHECK(fixture.Since() == fixture.begun);
  CHECK(fixture.Take() == "");
  Proves("Q-014 RO-162");
}

TEST_CASE("what changes during a fault of the workload is found when the fault is over (Q-014)") {
  InFault fixture;
  StringMap labels = kWeb;
  std::string want;
  SECTION("the last ReplicaSet of the namespace goes") { fixture.Remove("rs", 100); }
  SECTION("the other controller goes on with other labels") {
    fixture.Put("rs", 100, {{"app", "db"}}, OwnerOf("Boat", "blue", 7));
  }
  SECTION("another controller comes") {
    fixture.Put("rs", 100, kWeb, OwnerOf("Boat", "red", 8));
    want = "Boat red";
  }
  SECTION("the selector is edited") { labels = {{"app", "api"}}; }
  fixture.EndFault(labels);
  CHECK(fixture.Of() == want);
  CHECK(fixture.Take() == "web");
  fixture.Put("rs-2", 101, labels, OwnerOf("Boat", "grey", 9));
  CHECK(fixture.Of() == (want.empty() ? "Boat grey" : "Boat grey, Boat red"));
  Proves("Q-014 RO-162");
}

TEST_CASE("a workload that is deleted during its fault has no overlap any more (Q-014)") {
  InFault fixture;
  fixture.RemoveDeployment("web", 1);
  fixture.EndFault(kWeb);
  CHECK(fixture.Since() == fixture.time.Wall());
  Proves("Q-014 RO-162");
}

// The Deployment has the condition since second 1000.
TEST_CASE("what was made after the stored condition was not there at the start") {
  Fixture fixture;
  fixture.AddDeployment("web", 1, kWeb, [](Deployment& web) {
    web.status.conditions = {{.type = "SelectorOverlap",
                              .status = "True",
                              .reason = "SelectsPodsOfAnother",
                              .message = "",
                              .last_update_time = {1000},
                              .last_transition_time = {900}}};
  });
  const int64_t created = GENERATE(1000, 1001);
  fixture.Put("rs", 100, kWeb, [&](ObjectMeta& meta) {
    meta.owner_references = {OwnerOf("Boat", "blue", 7)};
    meta.creation_timestamp = {created};
  });
  fixture.overlaps.LookAtAll();
  const auto found = fixture.overlaps.Of(*fixture.deployments.FindMeta({"ns", "web"}));
  REQUIRE(found.size() == 1);
  CHECK(found[0].at_start == (created == 1000));
  Proves("RO-161");
}

TEST_CASE("without a kind that asks, nothing is found") {
  Fixture fixture;
  fixture.overlaps.Count(nullptr);
  fixture.AddDeployment("web", 1, kWeb);
  fixture.overlaps.LookAtAll();
  fixture.Put("rs", 100, kWeb, OwnerOf("Boat", "blue", 7));
  CHECK(fixture.Of() == "");
}

}  // namespace
}  // namespace windlass::overlaps_test
