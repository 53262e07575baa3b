#include "test/sim/promise_invariants.h"

#include <algorithm>
#include <utility>

#include "test/sim/in_place_words.h"
#include "test/sim/owners.h"
#include "test/sim/rollout_limits.h"

namespace windlass::sim {
namespace {

constexpr Duration kLately = PauseRecord::kBlindSpot;

int64_t StableRevisionOf(const Json& rollout) {
  return IntAt(rollout, {"status", "stableRevision"});
}

bool IsShownReady(const Json& rollout) {
  return TextAt(ConditionOf(rollout, "Ready"), {"status"}) == "True";
}

// "app:v2", to tell templates apart in a message.
std::string ImagesIn(const TemplateFacts& one) {
  std::string text;
  const Json& spec = At(one.pattern, {"spec"});
  for (const std::string& name : ContainersOf(spec)) {
    text += (text.empty() ? "" : ",") + ImageIn(spec, name);
  }
  return text;
}

std::string OfAll(int64_t some, int64_t all) {
  return std::to_string(some) + " of " + std::to_string(all);
}

// Returns true if the write of a status counts a name collision and says nothing else anew.
bool CountsCollisionAlone(const Change& change) {
  Json before = At(*change.before, {"status"});
  Json after = At(*change.after, {"status"});
  for (Json* status : {&before, &after}) status->erase("collisionCount");
  return before == after;
}

}  // namespace

PromiseInvariants::PromiseInvariants(ApiServer& server, std::set<std::string> controllers)
    : server_(server), controllers_(std::move(controllers)), observer_(server, controllers_) {}

std::vector<Breach> PromiseInvariants::See(const Change& change) {
  RolloutFacts* facts = observer_.See(change);
  if (facts == nullptr || facts->rollout == nullptr) return {};
  if (!controllers_.contains(change.actor) || IsRecreate(*facts->rollout)) return {};
  if (change.key.resource == resources::kReplicaSets) JudgeSizes(*facts, change);
  if (change.key.resource == resources::kPods) JudgePatch(*facts, change);
  if (change.key.resource == resources::kRollouts) JudgeStatus(*facts, change);
  return std::exchange(broken_, {});
}

std::vector<Breach> PromiseInvariants::JudgeAtRest() {
  const MonotonicTime now = server_.loop().clock().Now();
  for (auto& [uid, facts] : observer_.all()) {
    if (facts.rollout == nullptr || IsDeleting(*facts.rollout)) continue;
    observer_.See(facts, now);
    JudgeHistory(facts);
    if (IsShownReady(*facts.rollout) && facts.desired_now() > 0 && facts.available_pods == 0) {
      Break(facts, "I-64", "Ready is True at rest, and no Pod is available");
    }
    if (IsRecreate(*facts.rollout)) continue;
    JudgePausesAtRest(facts, now);
    JudgeShare(facts);
    JudgeAbort(facts);
  }
  return std::exchange(broken_, {});
}

// Judges the write that asks for the last Pods of a template, and the write that takes away the
// last Pods of all others.
void PromiseInvariants::JudgeSizes(RolloutFacts& facts, const Change& change) {
  if (change.after == nullptr || facts.in_place()) return;
  const int64_t before = change.before != nullptr ? ReplicasOf(*change.before) : 0;
  const int64_t after = ReplicasOf(*change.after);
  if (before == after) return;
  const std::string changed = observer_.TemplateOfReplicaSet(*change.after);
  int64_t total = 0;
  for (const auto& [key, one] : facts.templates) total += one.size;
  for (const auto& [key, one] : facts.templates) {
    const bool grows = key == changed && after > before;
    const bool is_left = key != changed && after == 0 && total == one.size;
    if (grows || is_left) JudgePause(facts, key, one.size, change.at, is_left ? changed : "");
  }
}

void PromiseInvariants::JudgePatch(RolloutFacts& facts, const Change& change) {
  if (change.before == nullptr || change.after == nullptr) return;
  if (!ChangesImages(*change.before, *change.after)) return;
  const std::string key = observer_.TemplateOfPod(facts, *change.after);
  const int64_t live = facts.templates[key].live;
  if (live == facts.live) JudgePause(facts, key, live, change.at);
  if (key == facts.wanted) JudgeShareInPlace(facts, change.at);
}

void PromiseInvariants::JudgePause(RolloutFacts& facts, const std::string& key, int64_t pods,
                                   MonotonicTime now, const std::string& taken) {
  const TemplateFacts& one = facts.templates[key];
  const auto pause = one.pauses.Ahead();
  if (one.proven || !pause || !facts.HasOtherToKeep(key, taken)) return;
  const int64_t most = facts.desired.Max(now, kLately);
  if (most == 0) return;
  ++judged_;
  if (pods < most) return;
  for (const int64_t desired : {facts.desired.Min(now, kLately), facts.desired_now(), most}) {
    if (one.pauses.LeastKept(desired) == 0) return;
  }
  Break(facts, "I-62",
        ImagesIn(one) + " has " + OfAll(pods, most) + " Pods, and step " + std::to_string(*pause) +
            ", a pause, was never left");
}

void PromiseInvariants::JudgePausesAtRest(RolloutFacts& facts, MonotonicTime now) {
  for (const auto& [key, one] : facts.templates) {
    // In place all Pods are of one ReplicaSet, and its controller chooses which go when the
    // workload gets smaller: all that stay may be updated ones. There the patches are judged.
    if (!facts.in_place()) JudgePause(facts, key, std::max(one.size, one.live), now);
  }
}

// Judges only a rollout that goes on: not while it is paused or aborted, or its template has no
// ReplicaSet, because such a template is refused.
void PromiseInvariants::JudgeShare(RolloutFacts& facts) {
  const Json& spec = At(*facts.rollout, {"spec"});
  const TemplateFacts& wanted = facts.templates[facts.wanted];
  if (BoolAt(spec, {"paused"}) || BoolAt(spec, {"abort"}) || wanted.proven || !wanted.exists) {
    return;
  }
  int64_t of_proven = 0;
  bool is_proven = false;
  for (const auto& [key, one] : facts.templates) {
    if (key == facts.wanted || !one.proven || !one.exists) continue;
    is_proven = true;
    of_proven += one.live;
  }
  const int64_t desired = facts.desired_now();
  const int64_t kept = wanted.pauses.LeastKept(desired);
  if (!is_proven || kept == 0 || facts.live < desired || facts.in_place()) return;
  ++judged_;
  const int64_t have = of_proven;
  if (have >= kept) return;
  Break(facts, "I-62",
        "at rest " + OfAll(have, facts.live) + " Pods have a proven revision, " +
            std::to_string(kept) + " are held back from " + ImagesIn(wanted));
}

// Judges the patch of one more Pod, however many Pods there are: those that go because the workload
// gets smaller hold nothing back. Example: at the first step, a pause, no Pod is patched while 5
// are live and 4 are desired.
void PromiseInvariants::JudgeShareInPlace(RolloutFacts& facts, MonotonicTime now) {
  const TemplateFacts& wanted = facts.templates[facts.wanted];
  if (BoolAt(*facts.rollout, {"spec", "abort"}) || wanted.proven) return;
  if (!facts.HasOtherToKeep(facts.wanted)) return;
  int64_t most = 0;
  for (const int64_t desired :
       {facts.desired.Min(now, kLately), facts.desired_now(), facts.desired.Max(now, kLately)}) {
    most = std::max(most, desired - wanted.pauses.LeastKept(desired));
  }
  ++judged_;
  if (wanted.patched <= most || !wanted.pauses.was_asked()) return;
  if (wanted.pauses.LeastKept(facts.desired_now()) == 0) return;
  Break(facts, "I-62",
        "a patch gives " + std::to_string(wanted.patched) + " Pods " + ImagesIn(wanted) + ", and " +
            std::to_string(most) + " may have it");
}

void PromiseInvariants::JudgeStatus(RolloutFacts& facts, const Change& change) {
  if (change.before == nullptr) return;
  const int64_t stable = StableRevisionOf(*change.after);
  if (stable != 0 && stable != StableRevisionOf(*change.before)) JudgeStable(facts);
  if (!IsShownReady(*change.after) || facts.desired.Min(change.at, kLately) == 0) return;
  if (CountsCollisionAlone(change)) return;
  if (facts.available.Max(change.at, kLately) > 0) return;
  Break(facts, "I-64",
        "Ready is True, and none of " + std::to_string(facts.desired_now()) + " Pods is available");
}

void PromiseInvariants::JudgeStable(const RolloutFacts& facts) {
  const int64_t stable = StableRevisionOf(*facts.rollout);
  std::string images;
  bool is_whole = false;
  for (const auto& [key, one] : facts.templates) {
    if (!one.revisions.contains(stable)) continue;
    if (one.proven || one.inherited) return;
    images += " " + ImagesIn(one);
    is_whole = is_whole || one.whole;
  }
  if (images.empty()) return;  // it was deleted before anything was known of it
  Break(facts, "I-63",
        "stableRevision " + std::to_string(stable) + " is" + images +
            (is_whole ? ", which had all Pods available only with a pause ahead"
                      : ", which never had all Pods available"));
}

void PromiseInvariants::JudgeAbort(const RolloutFacts& facts) {
  const int64_t stable = StableRevisionOf(*facts.rollout);
  if (!BoolAt(*facts.rollout, {"spec", "abort"}) || stable == 0) return;
  for (const auto& [key, one] : facts.templates) {
    if (!one.exists || !one.revisions.contains(stable)) continue;
    ++judged_;
    if (one.live >= facts.live) return;
    Break(facts, "I-66",
          "at rest after an abort " + OfAll(one.live, facts.live) + " Pods have " + ImagesIn(one) +
              ", the stable revision " + std::to_string(stable));
    return;
  }
}

void PromiseInvariants::JudgeHistory(const RolloutFacts& facts) {
  const Json& rollout = *facts.rollout;
  const int64_t limit = IntAt(rollout, {"spec", "revisionHistoryLimit"}, 10);
  const int64_t stable = StableRevisionOf(rollout);
  // A paused Rollout asks nothing of the API server, so each ReplicaSet may be the one of a
  // template that came meanwhile (RO-039). The history is cleaned up when it is resumed.
  const auto wanted = facts.templates.find(facts.wanted);
  const bool known = wanted != facts.templates.end() && wanted->second.exists;
  if (BoolAt(rollout, {"spec", "paused"}) && !known) return;
  bool is_counted = true;  // the ReplicaSet of the stable revision, by one of the other terms
  for (const auto& [key, one] : facts.templates) {
    const bool is_stable = one.exists && one.revisions.contains(stable);
    if (is_stable && key != facts.wanted && one.size == 0 && one.live == 0) is_counted = false;
  }
  const auto with_pods = static_cast<int64_t>(facts.with_pods);
  const int64_t most = limit + with_pods + 1 + (is_counted ? 0 : 1);
  const auto present = static_cast<int64_t>(facts.replica_sets);
  if (present <= most) return;
  Break(facts, "I-65",
        "at rest there are " + std::to_string(present) + " ReplicaSets, at most " +
            std::to_string(most) + ": revisionHistoryLimit is " + std::to_string(limit) + ", and " +
            std::to_string(with_pods) + " have Pods");
}

void PromiseInvariants::Break(const RolloutFacts& facts, const char* invariant,
                              const std::string& detail) {
  broken_.push_back({invariant, NameOf(*facts.rollout) + ": " + detail, UidOf(*facts.rollout)});
}

}  // namespace windlass::sim
