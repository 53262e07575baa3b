// How the plan of a seed is drawn: swarm testing, in which each seed has only some kinds of faults
// and of deeds, so that none hides the effects of another.
#include <algorithm>
#include <array>

#include "kubeclient/base/random.h"
#include "test/sim/call_fates.h"
#include "test/sim/search_plan.h"
#include "test/sim/search_workload.h"
#include "test/support/draw.h"

namespace windlass::sim {
namespace {

constexpr int64_t kMinute = 60'000;
constexpr size_t kObjectBytes = size_t{3} << 19U;
constexpr size_t kAnnotationBytes = size_t{256} << 10U;

struct DeedKind {
  const char* what;
  uint32_t weight;
  bool to_all = false;  // concerns no workload
};
constexpr DeedKind kDeedKinds[] = {{"image", 12},
                                   {"scale", 6},
                                   {"autoscale", 2},
                                   {"pause", 1},
                                   {"resume", 3},
                                   {"undo", 2},
                                   {"limits", 4},
                                   {"partition", 1},
                                   {"abort", 1},
                                   {"no-abort", 2},
                                   {"promote", 2},
                                   {"kill", 2},
                                   {"pod-annotate", 2},
                                   {"evict", 1},
                                   {"delete", 1},
                                   {"create", 2},
                                   {"annotate", 1},
                                   {"fat", 1},
                                   {"rs-scale", 1},
                                   {"rs-delete", 1},
                                   {"rs-annotate", 1},
                                   {"rs-label", 1},
                                   {"quota", 1, true},
                                   {"no-quota", 1, true},
                                   {"webhook", 1, true},
                                   {"no-webhook", 1, true},
                                   {"node", 1, true},
                                   {"cut", 1, true},
                                   {"relist", 1, true},
                                   {"crash", 3, true},
                                   {"stop", 1, true},
                                   {"hold", 2, true},
                                   {"offline", 1, true},
                                   {"lease-delete", 1, true},
                                   {"lease-steal", 1, true}};

class Drawer {
 public:
  Drawer(uint64_t seed, bool lean) : random_(seed), lean_(lean) { plan_.seed = seed; }

  Plan Draw() {
    const int64_t length =
        lean_ ? kMinute / 2 + Upto(2 * kMinute) : 4 * kMinute + Upto(12 * kMinute);
    plan_.settings["calm"] = OneIn(3) ? 0 : 15'000;
    plan_.settings["end"] = plan_.settings["calm"] + length;
    if (lean_ && OneIn(3)) plan_.settings["daemons"] = 1;
    plan_.settings["small"] = !lean_ && OneIn(64) ? 1 : 64;
    for (const char* lag : {"lag-replica-sets", "lag-pods", "lag-status"}) {
      if (OneIn(2)) plan_.settings[lag] = Log(100, lean_ ? 5'000 : 15'000);
    }
    for (const char* name : {"drift-0", "drift-1"}) {
      if (OneIn(2)) plan_.settings[name] = Upto(200'000) - 100'000;
    }
    if (OneIn(4)) plan_.settings["wall-0"] = Upto(7200) - 3600;  // seconds
    DrawWorkloads();
    DrawFaults();
    DrawDeeds(length);
    DrawTries();
    return plan_;
  }

 private:
  int64_t Upto(int64_t bound) { return Below(random_, static_cast<uint32_t>(bound)); }
  bool OneIn(uint32_t count) { return Below(random_, count) == 0; }
  // Returns a number from `low` to `high`; each order of magnitude is as likely.
  int64_t Log(int64_t low, int64_t high) {
    int64_t bound = low;
    while (bound < high && !OneIn(4)) bound *= 2;
    return std::min(high, low + Upto(bound));
  }

  void DrawWorkloads() {
    const int64_t count = lean_ ? 1 + Upto(3) : 3 + Upto(6);
    for (int64_t id = 0; id < count; ++id) {
      PlannedWorkload& workload = plan_.workloads.emplace_back();
      workload.id = static_cast<size_t>(id);
      workload.kind =
          WorkloadKinds()[static_cast<size_t>(Upto(static_cast<int64_t>(WorkloadKinds().size())))];
      Numbers& numbers = workload.numbers;
      numbers["replicas"] = 1 + Upto(lean_ ? 4 : 8);
      if (workload.kind == "recreate-in-place") numbers["replicas"] = 1;  // more need new Pods
      if (OneIn(3)) numbers["ns"] = 1;
      // Updates in place hold the clock of the kubelet to be ours.
      const bool in_place = workload.kind.ends_with("in-place");
      if (OneIn(4) && !(in_place && plan_.settings.contains("wall-0"))) numbers["min-ready"] = 5;
      numbers["surge"] = Upto(3);
      numbers["unavailable"] = numbers["surge"] == 0 ? 1 : Upto(3);
      if (OneIn(3)) numbers["history"] = Upto(3);
      if (workload.kind == "rollout") numbers["steps"] = Upto(4);
      if (OneIn(2)) numbers["policy"] = 1;
      if (OneIn(6)) numbers["budget"] = 1;
      if (id > 0 && workload.kind != "controller" && OneIn(8)) Overlap(workload);
    }
  }
  // Lets it select what an earlier workload of its namespace has.
  void Overlap(PlannedWorkload& workload) {
    const PlannedWorkload& other =
        plan_.workloads[static_cast<size_t>(Upto(static_cast<int64_t>(workload.id)))];
    if (other.kind == "controller") return;
    if (NumberIn(other.numbers, "ns") != NumberIn(workload.numbers, "ns")) return;
    workload.numbers["app"] = static_cast<int64_t>(other.id);
    workload.numbers.erase("budget");
  }

  void DrawFaults() {
    constexpr std::array<uint32_t, 4> kOneIn = {1000, 8, 4, 2};
    const uint32_t one_in = kOneIn[Below(random_, 4)];
    constexpr std::array<int64_t, 6> kRates = {2, 10, 30, 60, 120, 300};
    for (const std::string& kind : FaultKinds()) {
      if (!OneIn(one_in)) continue;
      PlannedFault fault{kind, kRates[Below(random_, kRates.size())], 0};
      if (kind == "slow" || kind == "slow-answer" || kind == "twice") fault.most = Log(200, 60'000);
      if (kind == "429" || kind == "lag" || kind == "jitter") fault.most = Log(200, 30'000);
      if (kind == "replica" || kind == "pinned") fault.most = Log(200, 60'000);
      if (kind == "replica" || kind == "lag" || kind == "jitter") fault.per_mille = 300;
      if (kind == "pinned") fault.per_mille = 100;  // of many connections, each for long
      plan_.faults.push_back(fault);
    }
  }

  void DrawDeeds(int64_t length) {
    std::vector<DeedKind> kinds;
    const bool few = OneIn(2);
    for (const DeedKind& kind : kDeedKinds) {
      if (!few || !OneIn(3)) kinds.push_back(kind);
    }
    uint32_t all = 0;
    for (const DeedKind& kind : kinds) all += kind.weight;
    const int64_t count = lean_ ? 3 + Upto(10) : 10 + Upto(30);
    for (int64_t i = 0; i < count && all > 0; ++i) {
      uint32_t which = Below(random_, all);
      for (const DeedKind& kind : kinds) {
        if (which < kind.weight) {
          DrawDeed(kind, plan_.settings["calm"] + Upto(length));
          break;
        }
        which -= kind.weight;
      }
    }
    SortDeeds();
  }
  void SortDeeds() {
    std::stable_sort(plan_.deeds.begin(), plan_.deeds.end(),
                     [](const PlannedDeed& a, const PlannedDeed& b) { return a.at < b.at; });
  }

  void DrawDeed(const DeedKind& kind, int64_t at) {
    PlannedDeed deed;
    deed.at = at;
    deed.what = kind.what;
    deed.who = kind.to_all ? Below(random_, 2)
                           : Below(random_, static_cast<uint32_t>(plan_.workloads.size()));
    deed.a = Upto(16);
    deed.b = Upto(16);
    if (deed.what == "scale") deed.a = Upto(lean_ ? 6 : 12);
    if (deed.what == "autoscale") {
      deed.a = 1 + Upto(lean_ ? 2 : 4);
      deed.b = deed.a + 1 + Upto(lean_ ? 3 : 7);
    }
    if (deed.what == "image" && OneIn(2)) deed.a = Upto(4);
    if (deed.what == "limits") deed = {at, deed.what, deed.who, Upto(4), Upto(4)};
    if (deed.what == "partition") deed.a = Upto(3);
    if (deed.what == "rs-scale") deed.b = Upto(6);
    if (deed.what == "delete") deed.a = Upto(2);
    if (deed.what == "quota") deed.a = Upto(5);
    if (deed.what == "webhook") deed.a = std::array<int64_t, 5>{400, 403, 422, 429, 500}[Upto5()];
    if (deed.what == "node" || deed.what == "cut") deed.a = Log(5, 120);
    if (deed.what == "crash" || deed.what == "stop") deed.a = Log(100, 30'000);
    if (deed.what == "hold" || deed.what == "offline") deed.a = Log(1'000, 60'000);
    if (deed.what == "fat") {
      deed.b = Upto(40);
      const bool annotation = deed.b / 10 % 3 != 0;
      const size_t most = annotation ? kAnnotationBytes : kObjectBytes;
      const auto bound = static_cast<int64_t>(most) / plan_.settings["small"];
      deed.a = OneIn(2) ? bound - Upto(bound / 10) : 1 + Upto(bound);
    }
    plan_.deeds.push_back(deed);
  }
  // Bad images that are taken back in place, and new tries of them. Drawn last, so that the rest of
  // a plan is what it was without them.
  void DrawTries() {
    if (!OneIn(2)) return;
    const int64_t begin = plan_.settings["calm"];
    bool any = false;
    for (PlannedWorkload& workload : plan_.workloads) {
      if (!workload.kind.ends_with("in-place") || !OneIn(2)) continue;
      any = true;
      workload.numbers["revert"] = 1;
      // A revision is given up after a minute.
      int64_t at = begin + Upto(kMinute);
      const int64_t bad = 4 + Upto(2);
      plan_.deeds.push_back({at, "image", workload.id, bad, 0});
      for (int64_t tries = 1 + Upto(4); tries > 0; --tries) {
        at += Upto(kMinute * 2);
        plan_.deeds.push_back({at, "unblock", workload.id, Upto(8), Upto(16)});
      }
      plan_.settings["end"] = std::max(plan_.settings["end"], at + Upto(kMinute * 2));
    }
    if (any) SortDeeds();
  }

  size_t Upto5() { return Below(random_, 5); }

  Random random_;
  const bool lean_;
  Plan plan_;
};

}  // namespace

Plan DrawPlan(uint64_t seed, bool lean) { return Drawer(seed, lean).Draw(); }

}  // namespace windlass::sim
