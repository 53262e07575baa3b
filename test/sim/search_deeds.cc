#include "test/sim/search_deeds.h"

#include <array>
#include <map>

#include "test/sim/eviction.h"
#include "test/sim/in_place_words.h"
#include "test/sim/rollout_undo.h"

namespace windlass::sim {
namespace {

const std::string kDeedUser = "user";
constexpr const char* kMergeType = "application/merge-patch+json";
constexpr const char* kJsonPatchType = "application/json-patch+json";
constexpr std::array<const char*, 2> kNamespaceNames = {"default", "other"};
constexpr std::array<const char*, 3> kNodeNames = {"node-0", "node-1", "node-2"};
const StoreKey kLease{resources::kLeases, "windlass-system", "windlass"};

template <typename Items>
const auto& Nth(const Items& items, int64_t number) {
  return items[static_cast<size_t>(number < 0 ? -number : number) % items.size()];
}

void PatchOf(World& world, const StoreKey& key, const Json& patch) {
  world.api().Patch(kDeedUser, key, "", kMergeType, patch);
}

Json Annotation(const std::string& key, const Json& value) {
  Json patch;
  patch["metadata"]["annotations"][key] = value;
  return patch;
}

Json WithoutAnnotations() {
  Json patch;
  patch["metadata"]["annotations"] = nullptr;
  return patch;
}

Json Spec(Json spec) {
  Json patch;
  patch["spec"] = std::move(spec);
  return patch;
}

StoreKey KeyOfReplicaSet(const Object& rs) {
  return {resources::kReplicaSets, NamespaceOf(*rs), NameOf(*rs)};
}

// What users and other controllers write into annotations, in earnest or by mistake.
const std::vector<std::pair<std::string, std::string>>& OddAnnotations() {
  static const std::vector<std::pair<std::string, std::string>> kOdd = {
      {"deployment.kubernetes.io/revision", "2147483648"},
      {"deployment.kubernetes.io/revision", "-3"},
      {"deployment.kubernetes.io/revision", "seven"},
      {"deployment.kubernetes.io/revision-history", "1,2,,x,99999999999999999999"},
      {"deployment.kubernetes.io/desired-replicas", "-1"},
      {"deployment.kubernetes.io/desired-replicas", "ten"},
      {"deployment.kubernetes.io/max-replicas", "0"},
      {"deployment.kubernetes.io/max-replicas", "2147483648"},
      {"windlass.dev/term", "<nobody>"},
      {"windlass.dev/promote", "0@0"},
      {"windlass.dev/in-place", "\u00e4<&>\n"},
      {"kubectl.kubernetes.io/last-applied-configuration", "{\"a\": \"<\\\"\\u0001\"}"},
      {"example.com/long", std::string(900, '<')},
      {"internal.windlass.dev/mode", "x"},
      {"internal.windlass.dev/exchange", "1"}};
  return kOdd;
}

// Letters that take one byte, six because they are escaped, two, and three.
std::string Fat(int64_t bytes, int64_t letters) {
  constexpr std::array<const char*, 4> kLetters = {"x", "<", "\"", "\u20ac"};
  const std::string letter = kLetters[static_cast<size_t>(letters) % kLetters.size()];
  std::string text;
  while (text.size() + letter.size() <= static_cast<size_t>(bytes)) text += letter;
  return text;
}

// Of b the last digit says which letters, the one before it where.
void MakeFat(World& world, SearchWorkload& workload, int64_t bytes, int64_t how) {
  const std::string text = Fat(bytes, how % 10);
  if (workload.is_controller()) return;
  workload.made_large = true;
  switch (how / 10 % 3) {
    case 0:
      world.api().Update(kDeedUser, workload.key(), "", [&](Json& owner) {
        Json& container = owner["spec"]["template"]["spec"]["containers"][0];
        container["env"] = Json::array();
        container["env"].push_back({{"name", "FAT"}, {"value", text}});
      });
      return;
    case 1: workload.Edit(Annotation("fat", text)); return;
    default:
      for (const Object& rs : workload.ReplicaSets()) {
        PatchOf(world, KeyOfReplicaSet(rs), Annotation("fat", text));
      }
  }
}

void KillPod(World& world, const SearchWorkload& workload, int64_t number, bool evict) {
  const std::vector<Object> pods = workload.Pods();
  if (pods.empty()) return;
  const std::string name = NameOf(*Nth(pods, number));
  if (evict) {
    Evict(world.api(), workload.namespace_name(), name, milliseconds(5));
  } else {
    world.api().Delete(kDeedUser, {resources::kPods, workload.namespace_name(), name});
  }
}

// What becomes of a Pod's annotations when somebody tidies up, or puts a backup back.
void AnnotatePod(World& world, const SearchWorkload& workload, const PlannedDeed& deed) {
  const std::vector<Object> pods = workload.Pods();
  if (pods.empty()) return;
  constexpr const char* kState = "windlass.dev/in-place-state";
  static const std::vector<Json> kPatches = {Annotation(kState, nullptr), Annotation(kState, "{}"),
                                             Annotation(kState, "<spoiled>"), WithoutAnnotations()};
  const StoreKey key{resources::kPods, workload.namespace_name(), NameOf(*Nth(pods, deed.a))};
  PatchOf(world, key, Nth(kPatches, deed.b));
}

void ToReplicaSet(World& world, const SearchWorkload& workload, const PlannedDeed& deed) {
  const std::vector<Object> all = workload.ReplicaSets();
  if (all.empty()) return;
  const Object& rs = Nth(all, deed.a);
  const StoreKey key = KeyOfReplicaSet(rs);
  if (deed.what == "rs-scale") return PatchOf(world, key, Spec({{"replicas", deed.b}}));
  if (deed.what == "rs-delete") {
    world.api().Delete(kDeedUser, key);
    return;
  }
  if (deed.what == "rs-annotate") {
    const auto& [name, value] = Nth(OddAnnotations(), deed.b);
    return PatchOf(world, key, Annotation(name, value));
  }
  const bool off = LabelOf(*rs, "app") == workload.app();
  Json patch;
  patch["metadata"]["labels"]["app"] = off ? "nobody" : workload.app();
  PatchOf(world, key, patch);
}

void Promote(SearchWorkload& workload) {
  const Object now = workload.Present();
  const Json& step = At(*now, {"status", "step"});
  if (step.is_null()) return;
  workload.Edit(Annotation("windlass.dev/promote", std::to_string(IntAt(step, {"index"})) + "@" +
                                                       std::to_string(IntAt(step, {"revision"}))));
}

void SetPartition(SearchWorkload& workload, int64_t pods) {
  if (workload.resource() == resources::kRollouts) {
    const Json value = pods == 0 ? Json() : Json(pods);
    workload.Edit(Spec({{"strategy", {{"partition", value}}}}));
    return;
  }
  const Json value = pods == 0 ? Json() : Json(std::to_string(pods));
  workload.Edit(Annotation("windlass.dev/in-place-partition", value));
}

// Asks to try the newest revision again, which is the one that is given up if any is; sometimes
// another one, and sometimes it is removed, and then set again at once or after b seconds.
void Unblock(World& world, SearchWorkload& workload, const PlannedDeed& deed) {
  const Object newest = HighestOf(workload.ReplicaSets());
  if (!workload.in_place() || newest == nullptr) return;
  const int64_t revision = RevisionOfRollout(*newest);
  switch (deed.a % 8) {
    case 0: return workload.SetUnblock(0);
    case 1: return workload.SetUnblock(revision + 1);
    case 2: workload.SetUnblock(0); return workload.SetUnblock(revision);
    case 3:
      workload.SetUnblock(0);
      world.loop().After(seconds(deed.b), [&workload, revision] {
        if (workload.Present() != nullptr) workload.SetUnblock(revision);
      });
      return;
    default: return workload.SetUnblock(revision);
  }
}

void SetLimits(SearchWorkload& workload, int64_t surge, int64_t unavailable) {
  if (surge == 0 && unavailable == 0) unavailable = 1;
  if (workload.is_controller()) {
    workload.Edit(Spec({{"maxSurge", surge}, {"maxUnavailable", unavailable}}));
    return;
  }
  if (workload.recreates()) return;
  const Json limits = {{"maxSurge", surge}, {"maxUnavailable", unavailable}};
  workload.Edit(Spec({{"strategy", {{"rollingUpdate", limits}}}}));
}

void Undo(World& world, SearchWorkload& workload) {
  const Object now = workload.Present();
  if (workload.is_controller()) {
    workload.Edit(Spec({{"rollback", true}}));
    return;
  }
  if (BoolAt(*now, {"spec", "paused"}) || workload.ReplicaSets().size() < 2) return;
  if (workload.resource() == resources::kRollouts) {
    workload.Edit(RollbackToPatch(0));
    return;
  }
  const Json patch = UndoPatch(*now, workload.ReplicaSets(), std::nullopt);
  // The template of then may make the object too large.
  if (!patch.is_null()) world.api().Patch(kDeedUser, workload.key(), "", kJsonPatchType, patch);
}

void Scale(World& world, SearchWorkload& workload, int64_t replicas) {
  if (!workload.is_controller()) {
    workload.Edit(Spec({{"replicas", replicas}}));
    return;
  }
  PatchOf(world, {resources::kReplicationControllers, workload.namespace_name(), workload.name()},
          Spec({{"replicas", replicas > 0 ? replicas : 1}}));  // an update of none is refused
}

using ToOne = void (*)(World&, SearchWorkload&, const PlannedDeed&);

const std::map<std::string, ToOne>& DeedsToOne() {
  static const std::map<std::string, ToOne> kDeeds = {
      {"image",
       [](World&, SearchWorkload& w, const PlannedDeed& d) { w.SetImage(SearchImage(d.a)); }},
      {"scale",
       [](World& world, SearchWorkload& w, const PlannedDeed& d) { Scale(world, w, d.a); }},
      {"pause",
       [](World&, SearchWorkload& w, const PlannedDeed&) { w.Edit(Spec({{"paused", true}})); }},
      {"resume",
       [](World&, SearchWorkload& w, const PlannedDeed&) { w.Edit(Spec({{"paused", false}})); }},
      {"undo", [](World& world, SearchWorkload& w, const PlannedDeed&) { Undo(world, w); }},
      {"limits", [](World&, SearchWorkload& w, const PlannedDeed& d) { SetLimits(w, d.a, d.b); }},
      {"partition", [](World&, SearchWorkload& w, const PlannedDeed& d) { SetPartition(w, d.a); }},
      {"unblock",
       [](World& world, SearchWorkload& w, const PlannedDeed& d) { Unblock(world, w, d); }},
      {"abort",
       [](World&, SearchWorkload& w, const PlannedDeed&) { w.Edit(Spec({{"abort", true}})); }},
      {"no-abort",
       [](World&, SearchWorkload& w, const PlannedDeed&) { w.Edit(Spec({{"abort", false}})); }},
      {"promote", [](World&, SearchWorkload& w, const PlannedDeed&) { Promote(w); }},
      {"kill", [](World& world, SearchWorkload& w,
                  const PlannedDeed& d) { KillPod(world, w, d.a, false); }},
      {"evict",
       [](World& world, SearchWorkload& w, const PlannedDeed& d) { KillPod(world, w, d.a, true); }},
      {"pod-annotate",
       [](World& world, SearchWorkload& w, const PlannedDeed& d) { AnnotatePod(world, w, d); }},
      {"annotate",
       [](World&, SearchWorkload& w, const PlannedDeed& d) {
         const auto& [name, value] = Nth(OddAnnotations(), d.a);
         w.Edit(Annotation(name, value));
       }},
      {"fat",
       [](World& world, SearchWorkload& w, const PlannedDeed& d) { MakeFat(world, w, d.a, d.b); }},
      {"rs-scale",
       [](World& world, SearchWorkload& w, const PlannedDeed& d) { ToReplicaSet(world, w, d); }},
      {"rs-delete",
       [](World& world, SearchWorkload& w, const PlannedDeed& d) { ToReplicaSet(world, w, d); }},
      {"rs-annotate",
       [](World& world, SearchWorkload& w, const PlannedDeed& d) { ToReplicaSet(world, w, d); }},
      {"rs-label",
       [](World& world, SearchWorkload& w, const PlannedDeed& d) { ToReplicaSet(world, w, d); }},
      {"delete", [](World& world, SearchWorkload& w, const PlannedDeed& d) {
         DeleteOptions options;
         options.propagation = d.a == 1 ? Propagation::kForeground : Propagation::kBackground;
         world.api().Delete(kDeedUser, w.key(), options);
       }}};
  return kDeeds;
}

void Refuse(World& world, int64_t which, const char* key, const Json& value) {
  PatchOf(world, {resources::kNamespaces, "", Nth(kNamespaceNames, which)},
          Annotation(std::string("windlass.example/") + key, value));
}

void Lease(World& world, bool steal) {
  if (!steal) {
    world.api().Delete(kDeedUser, kLease);
    return;
  }
  world.api().Update(kDeedUser, kLease, "", [](Json& lease) {
    lease["spec"]["holderIdentity"] = "somebody";
    lease["spec"]["leaseTransitions"] = IntAt(lease, {"spec", "leaseTransitions"}) + 1;
  });
}

}  // namespace

void DoTo(World& world, SearchWorkload* workload, const PlannedDeed& deed) {
  if (workload == nullptr) return;
  if (deed.what == "create") return workload->Create();
  if (workload->Present() == nullptr) return;
  const auto found = DeedsToOne().find(deed.what);
  if (found != DeedsToOne().end()) found->second(world, *workload, deed);
}

bool DoToAll(World& world, SearchDaemons& daemons, const PlannedDeed& deed) {
  const auto which = static_cast<int64_t>(deed.who);
  const std::string& what = deed.what;
  if (what == "quota") {
    Refuse(world, which, "replicaset-quota", std::to_string(deed.a));
  } else if (what == "no-quota") {
    Refuse(world, which, "replicaset-quota", nullptr);
  } else if (what == "webhook") {
    Refuse(world, which, "pod-refused", std::to_string(deed.a));
  } else if (what == "no-webhook") {
    Refuse(world, which, "pod-refused", nullptr);
    world.replica_set_controller().RetryAll();
    world.replication_controller().RetryAll();
  } else if (what == "node" || what == "cut") {
    const std::string node = Nth(kNodeNames, which);
    if (what == "node") {
      world.kubelet().SetNodeReady(node, false);
    } else {
      // Every other time the containers exit meanwhile.
      const Duration exit = seconds(deed.a) * deed.b / 16;
      world.kubelet().CutOff(node, deed.b % 2 == 0 ? std::nullopt : std::optional(exit));
    }
    world.loop().After(seconds(deed.a),
                       [&world, node] { world.kubelet().SetNodeReady(node, true); });
  } else if (what == "relist") {
    world.api().store().CompactAll();
    world.api().EndWatches();
  } else if (what == "crash") {
    daemons.Crash(deed.who, milliseconds(deed.a));
  } else if (what == "stop") {
    daemons.Stop(deed.who, milliseconds(deed.a));
  } else if (what == "hold") {
    daemons.Hold(deed.who, milliseconds(deed.a));
  } else if (what == "offline") {
    daemons.Offline(deed.who, milliseconds(deed.a));
  } else if (what == "lease-delete" || what == "lease-steal") {
    Lease(world, what == "lease-steal");
  } else {
    return false;
  }
  return true;
}

void ClearTheWay(World& world) {
  for (int64_t which = 0; which < 2; ++which) {
    Refuse(world, which, "replicaset-quota", nullptr);
    Refuse(world, which, "pod-refused", nullptr);
  }
  for (const char* node : kNodeNames) world.kubelet().SetNodeReady(node, true);
  world.replica_set_controller().RetryAll();
  world.replication_controller().RetryAll();
}

}  // namespace windlass::sim
