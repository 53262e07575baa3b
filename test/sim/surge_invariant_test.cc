// I-43 can be broken. It excuses what the controller could not know and what others did. No
// controller runs here: the test plays them with writes in their names.
#include "test/sim/surge_invariant.h"

#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "test/catch.h"
#include "test/sim/sample_objects.h"
#include "test/sim/world.h"

namespace windlass::sim::surge_invariant_test {
namespace {

const std::string kOurs = "windlass";
const std::string kUser = "user";
const std::string kReplicaSets = "replicaset-controller";

// A Deployment of 10 replicas, so at most 13 Pods, whose ReplicaSet "old" has 10 Pods.
class Cluster {
 public:
  Cluster() : server_(loop_), surge_({kOurs}) {
    server_.store().OnChange([this](const Change& change) {
      if (const auto text = surge_.See(change)) wrong_ += *text + "\n";
    });
    server_.Create("setup", resources::kNamespaces, "", SampleNamespace("default"));
    server_.Create(kUser, resources::kDeployments, "default", SampleDeployment("web", 10));
    Set("old", 10);
    Make("old", 10);
  }

  const std::string& wrong() const { return wrong_; }
  void Remember() { remembered_ = server_.store().revision(); }
  uint64_t remembered() const { return remembered_; }

  // Creates or resizes a ReplicaSet.
  void Set(const std::string& name, int replicas, const std::string& actor = kOurs,
           uint64_t shown = kAllShown) {
    const StoreKey key{resources::kReplicaSets, "default", name};
    if (server_.Find(key) != nullptr) {
      const auto resize = [&](Json& rs) { rs["spec"]["replicas"] = replicas; };
      REQUIRE(server_.Update(actor, key, "", resize, shown).ok());
      return;
    }
    Json rs = SampleReplicaSet("web", replicas);
    rs["metadata"]["name"] = name;
    rs["metadata"]["ownerReferences"] =
        ControlledBy(*server_.Find({resources::kDeployments, "default", "web"}));
    REQUIRE(server_.Create(actor, resources::kReplicaSets, "default", rs, shown).ok());
  }
  // As Set, of a request that the network kept back since `shown`.
  void SetLate(const std::string& name, int replicas, uint64_t shown) {
    server_.store().SetSender({.late = true});
    Set(name, replicas, kOurs, shown);
    server_.store().SetSender({});
  }
  // Creates Pods of a ReplicaSet. Its controller has seen the ReplicaSet up to revision `shown`.
  void Make(const std::string& replica_set, int count, uint64_t shown = kAllShown) {
    for (int i = 0; i < count; ++i) {
      Json pod = NewPod();
      pod["metadata"]["ownerReferences"] = OwnedBy(replica_set);
      REQUIRE(server_.Create(kReplicaSets, resources::kPods, "default", pod, shown).ok());
    }
  }
  void Orphan() { REQUIRE(server_.Create(kUser, resources::kPods, "default", NewPod()).ok()); }
  // Gives the last created Pod another owner.
  void Adopt(const std::string& replica_set) {
    const auto adopt = [&](Json& pod) {
      pod["metadata"]["ownerReferences"] = OwnedBy(replica_set);
    };
    REQUIRE(server_.Update(kReplicaSets, Pod(pods_), "", adopt).ok());
  }
  void MarkDeleted(int first, int last) {
    for (int i = first; i <= last; ++i) REQUIRE(server_.Delete(kReplicaSets, Pod(i)).ok());
  }
  void Fail(int first, int last) {
    for (int i = first; i <= last; ++i) {
      const auto fail = [](Json& pod) { pod["status"]["phase"] = "Failed"; };
      REQUIRE(server_.Update("kubelet", Pod(i), "status", fail).ok());
    }
  }
  void Surge(int pods) {
    Edit([&](Json& web) { web["spec"]["strategy"]["rollingUpdate"]["maxSurge"] = pods; });
  }
  void Recreate() {
    Edit([](Json& web) { web["spec"]["strategy"] = {{"type", "Recreate"}}; });
  }

 private:
  static StoreKey Pod(int number) {
    return {resources::kPods, "default", "pod-" + std::to_string(number)};
  }
  Json NewPod() { return SamplePod("pod-" + std::to_string(++pods_), "web"); }
  Json OwnedBy(const std::string& replica_set) {
    return ControlledBy(*server_.Find({resources::kReplicaSets, "default", replica_set}));
  }
  void Edit(const ApiServer::Edit& edit) {
    REQUIRE(server_.Update(kUser, {resources::kDeployments, "default", "web"}, "", edit).ok());
  }

  SimLoop loop_{1};
  ApiServer server_;
  SurgeInvariant surge_;
  std::string wrong_;
  uint64_t remembered_ = 0;
  int pods_ = 0;
};

// --- what may happen ---

using Deed = std::function<void(Cluster&)>;

// The actor of a later deed …AsOfThen has seen what there is now, and nothing that came after it.
Deed Remember() {
  return [](Cluster& c) { c.Remember(); };
}
Deed Set(const char* name, int replicas) {
  return [=](Cluster& c) { c.Set(name, replicas); };
}
Deed SetAsOfThen(const char* name, int replicas) {
  return [=](Cluster& c) { c.Set(name, replicas, kOurs, c.remembered()); };
}
Deed SetByUser(const char* name, int replicas) {
  return [=](Cluster& c) { c.Set(name, replicas, kUser); };
}
Deed SetLate(const char* name, int replicas) {
  return [=](Cluster& c) { c.SetLate(name, replicas, c.remembered()); };
}
Deed Make(const char* replica_set, int count) {
  return [=](Cluster& c) { c.Make(replica_set, count); };
}
Deed MakeAsOfThen(const char* replica_set, int count) {
  return [=](Cluster& c) { c.Make(replica_set, count, c.remembered()); };
}
Deed Orphan() {
  return [](Cluster& c) { c.Orphan(); };
}
Deed Adopt(const char* replica_set) {
  return [=](Cluster& c) { c.Adopt(replica_set); };
}
Deed MarkDeleted(int first, int last) {
  return [=](Cluster& c) { c.MarkDeleted(first, last); };
}
Deed Fail(int first, int last) {
  return [=](Cluster& c) { c.Fail(first, last); };
}
Deed Surge(int pods) {
  return [=](Cluster& c) { c.Surge(pods); };
}
Deed Recreate() {
  return [](Cluster& c) { c.Recreate(); };
}

constexpr const char* k14Of13 = "makes 14 live Pods of at most 13";
constexpr const char* k11Of10 = "makes 11 live Pods of at most 10";

struct Story {
  std::string name;
  std::vector<Deed> deeds;
  std::string wrong;  // part of the text; "" if nothing is wrong
};

TEST_CASE("live Pods are judged by what the deciding write could know (I-43)") {
  const Story story = GENERATE(values<Story>({
      {"grown before old Pods are gone",
       {Set("new", 3), Make("new", 3), Set("old", 8), Set("new", 5), Make("new", 1)},
       k14Of13},
      {"grown when they are marked deleted",
       {Set("new", 3), Make("new", 3), Set("old", 8), MarkDeleted(1, 2), Set("new", 5),
        Make("new", 2)},
       ""},
      {"Pods that failed are not live", {Fail(1, 2), Set("new", 5), Make("new", 5)}, ""},
      {"Recreate has no surge",
       {Recreate(), Set("old", 0), Set("new", 10), Make("new", 1)},
       k11Of10},
      {"others scaled the old one up before",
       {SetByUser("old", 12), Make("old", 2), Set("new", 3), Make("new", 2)},
       k14Of13},
      {"others scaled the old one up later",
       {Set("new", 3), SetByUser("old", 12), Make("old", 2), Make("new", 3)},
       ""},
      {"others scaled the old one up, which was not seen yet",
       {Remember(), SetByUser("old", 12), Make("old", 2), SetAsOfThen("new", 3), Make("new", 3)},
       ""},
      {"the network kept the write back, and the old one was scaled up since",
       {Remember(), Set("old", 12), Make("old", 2), SetLate("new", 3), Make("new", 3)},
       ""},
      {"the network kept the write back, which was too large anyway",
       {Remember(), SetLate("new", 4), Make("new", 4)},
       k14Of13},
      {"others wrote the size", {SetByUser("new", 6), Make("new", 6)}, ""},
      {"others' size was lowered", {SetByUser("new", 6), Set("new", 5), Make("new", 5)}, ""},
      {"and raised again",
       {SetByUser("new", 3), Make("new", 3), Set("new", 4), Make("new", 1)},
       k14Of13},
      {"adopted before", {Orphan(), Adopt("old"), Set("new", 3), Make("new", 3)}, k14Of13},
      {"adopted later", {Orphan(), Set("new", 3), Adopt("old"), Make("new", 3)}, ""},
      {"the limit was lowered before", {Surge(0), Set("new", 1), Make("new", 1)}, k11Of10},
      {"the limit was lowered later", {Set("new", 3), Surge(0), Make("new", 3)}, ""},
      {"the limit was lowered, which was not seen yet",
       {Remember(), Surge(0), SetAsOfThen("new", 3), Make("new", 3)},
       ""},
      {"the ReplicaSet controller acts upon an earlier size",
       {Set("new", 3), Remember(), Surge(0), Set("new", 4), MakeAsOfThen("new", 3)},
       ""},
      {"it acts upon the later one",
       {Set("new", 3), Surge(0), Set("new", 4), Make("new", 1)},
       k11Of10},
      {"lowering asks for no Pod", {Set("new", 3), Surge(0), Set("new", 2), Make("new", 2)}, ""},
  }));
  CAPTURE(story.name);
  Cluster cluster;
  REQUIRE(cluster.wrong().empty());
  for (const Deed& deed : story.deeds) deed(cluster);
  CAPTURE(cluster.wrong());
  CHECK(cluster.wrong().empty() == story.wrong.empty());
  CHECK(cluster.wrong().starts_with(story.wrong));
}

TEST_CASE("I-43 names the ReplicaSets and their Pods") {
  Cluster cluster;
  cluster.Set("new", 4);
  cluster.Make("new", 4);
  CHECK(cluster.wrong().find(": new 4 old 10\n") != std::string::npos);
}

}  // namespace
}  // namespace windlass::sim::surge_invariant_test
