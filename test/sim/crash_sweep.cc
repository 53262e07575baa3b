#include "test/sim/crash_sweep.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <numeric>
#include <utility>

#include "kubeclient/base/assert.h"
#include "test/sim/in_place_invariants.h"
#include "test/sim/in_place_words.h"
#include "test/sim/owners.h"
#include "test/sim/script_names.h"
#include "test/sim/script_view.h"
#include "test/sim/update_invariants.h"
#include "test/sim/update_run.h"
#include "test/support/draw.h"

namespace windlass::sim {
namespace {

constexpr uint64_t kSeed = 11;

struct Outcome {
  std::string state;
  std::string complaints;
  int64_t writes = 0;
  int64_t counts = 0;  // writes of counters alone
  uint64_t calls = 0;
  bool struck = false;
};

constexpr std::array kCounters = {
    "replicas",          "updatedReplicas",     "readyReplicas",
    "availableReplicas", "unavailableReplicas", "terminatingReplicas"};

// Returns the owner without its version, without the counters in its status, and without the time
// at which Progressing last saw them change.
Json WithoutCounters(const Json& owner) {
  Json rest = owner;
  rest["metadata"].erase("resourceVersion");
  if (!rest.contains("status")) return rest;
  Json& status = rest["status"];
  for (const char* counter : kCounters) status.erase(counter);
  for (Json& condition : status["conditions"]) {
    if (condition["type"] == "Progressing") condition.erase("lastUpdateTime");
  }
  return rest;
}

// Returns true if the write changes counters of an owner's status, and nothing else. How many there
// are depends on time: ReplicaSets report the counters, and several reports may share a status.
// Example: three ReplicaSets lose Pods while a dry run is not answered. Their reports make three
// statuses, of which one would do if the answer had come at once.
bool OnlyCounts(const Change& change) {
  if (!IsOwnerKind(change.key.resource) || !change.before || !change.after) return false;
  const bool counts = std::ranges::any_of(kCounters, [&](const char* counter) {
    return At(*change.before, {"status", counter}) != At(*change.after, {"status", counter});
  });
  return counts && WithoutCounters(*change.before) == WithoutCounters(*change.after);
}

bool IsCounted(const Change& change) {
  return change.key.resource != resources::kEvents && change.key.resource != resources::kLeases;
}

// Returns what each Pod of an owner updated in place runs, and how often it was restarted.
std::string PodsInPlace(World& world, World::Kind kind, InPlaceInvariants& in_place) {
  std::vector<std::string> lines;
  for (const Object& owner : world.api().List(kind, "default")) {
    if (!WantsInPlace(*owner)) continue;
    in_place.JudgeAtRest(NameOf(*owner), kind);
    for (const Object& pod : world.Pods(NameOf(*owner), kind)) {
      for (const Json& status : At(*pod, {"status", "containerStatuses"})) {
        lines.push_back("pod of " + TextAt(status, {"image"}) + ", restarts " +
                        std::to_string(IntAt(status, {"restartCount"})) + "\n");
      }
    }
  }
  std::sort(lines.begin(), lines.end());
  return std::accumulate(lines.begin(), lines.end(), std::string());
}

// What is seen of the owners of one kind.
struct View {
  View(World& world, World::Kind kind) : names(world.api(), kind), lines(world.api(), names) {}

  std::string State() const {
    std::string state = std::string(names.kind().plural) + "\n";
    for (const std::string& line : lines.State()) {
      // A new leader's touch of a ReplicaSet does not count as a difference (L-012).
      if (line.find(" windlass.dev/term=") == std::string::npos) state += line + "\n";
    }
    return state;
  }

  ReplicaSetNames names;
  ScriptView lines;
};

Outcome Run(const CrashScenario& scenario, Successor successor, std::optional<Fault> fault) {
  World world(kSeed, scenario.options);
  const View deployments(world, resources::kDeployments);
  const View rollouts(world, resources::kRollouts);
  Outcome outcome;
  world.api().store().OnChange([&](const Change& change) {
    if (change.actor != scenario.options.network.actor || !IsCounted(change)) return;
    ++(OnlyCounts(change) ? outcome.counts : outcome.writes);
  });
  InPlaceInvariants in_place(world, {scenario.options.network.actor});
  UpdateInvariants updates(world, {scenario.options.network.actor});
  SupervisedWindlass windlass(world, fault, successor, scenario.controllers);
  scenario.play(world);
  for (const View* view : {&deployments, &rollouts}) {
    outcome.state += view->State() + PodsInPlace(world, view->names.kind(), in_place);
  }
  for (const std::string& line : UpdateState(world)) outcome.state += line + "\n";
  updates.JudgeAtRest();
  outcome.complaints = world.Complaints() + in_place.Complaints() + updates.Complaints();
  outcome.calls = windlass.calls();
  outcome.struck = windlass.struck();
  return outcome;
}

std::string_view NameOfKind(FaultKind kind) {
  switch (kind) {
    case FaultKind::kCrashBefore: return "crash before";
    case FaultKind::kCrashAfter: return "crash after";
    case FaultKind::kReplyLost: return "reply lost of";
  }
  return "?";
}

// Returns "" if the fault made no difference.
std::string Difference(const Outcome& calm, const Outcome& outcome, int64_t extra_max) {
  if (!outcome.struck) return "the fault never happened";
  if (!outcome.complaints.empty()) return outcome.complaints;
  if (outcome.state != calm.state) return "the end is\n" + outcome.state + "not\n" + calm.state;
  if (outcome.counts > calm.counts + kExtraCountsMax) {
    return std::to_string(outcome.counts) + " statuses with other counters instead of " +
           std::to_string(calm.counts);
  }
  const int64_t extra = outcome.writes - calm.writes;
  if (extra <= extra_max) return "";
  return std::to_string(outcome.writes) + " writes instead of " + std::to_string(calm.writes);
}

}  // namespace

SweepReport Sweep(const CrashScenario& scenario, Successor successor, uint32_t one_in) {
  const bool standby = successor == Successor::kStandby;
  const Outcome calm = Run(scenario, successor, std::nullopt);
  SweepReport report;
  report.calls = calm.calls;
  if (!calm.complaints.empty()) report.differences.push_back(scenario.name + calm.complaints);
  uint64_t seed = kSeed;
  for (const char c : scenario.name) seed = seed * 31 + static_cast<unsigned char>(c);
  Random random(seed);
  const int64_t extra_max = (kExtraWritesMax + (standby ? kTouchesMax : 0)) * scenario.owners;
  for (uint64_t call = 0; call < calm.calls; ++call) {
    for (const FaultKind kind :
         {FaultKind::kCrashBefore, FaultKind::kCrashAfter, FaultKind::kReplyLost}) {
      if (Below(random, one_in) != 0) continue;
      const Outcome outcome = Run(scenario, successor, Fault{call, kind});
      ++report.runs;
      report.extra_most = std::max(report.extra_most, outcome.writes - calm.writes);
      std::string difference = Difference(calm, outcome, extra_max);
      if (difference.empty()) continue;
      report.differences.push_back(scenario.name + (standby ? ", standby" : "") + ": " +
                                   std::string(NameOfKind(kind)) + " call " + std::to_string(call) +
                                   " of " + std::to_string(calm.calls) + ": " + difference);
    }
  }
  return report;
}

}  // namespace windlass::sim
