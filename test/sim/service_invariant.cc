#include "test/sim/service_invariant.h"

#include <algorithm>

#include "controller/rollout/service_patch.h"
#include "test/sim/owners.h"

namespace windlass::sim {
namespace {

constexpr const char* kWindlass = "windlass";
constexpr Duration kLately = PauseRecord::kBlindSpot;
// A key that is taken away twice at once is written again after a minute.
constexpr Duration kLeftAlone = seconds(120);

std::string HashIn(const Json& service) {
  return TextAt(service, {"spec", "selector", "pod-template-hash"});
}

// Returns the part of windlass.dev/service-of, "web/<uid>/7c9d", that follows `slashes` slashes.
std::string NotePart(const Json& service, int slashes) {
  std::string note = AnnotationOf(service, rollout::kServiceOf);
  for (; slashes > 0; --slashes) note.erase(0, std::min(note.find('/'), note.size() - 1) + 1);
  return note.substr(0, note.find('/'));
}

std::string NamedIn(const Json& rollout, const char* role) {
  return TextAt(rollout, {"spec", "strategy", "services", role});
}

// Returns true if the Service has the key that Windlass wrote for the Rollout.
bool IsOurs(const Json& service, const Json& rollout) {
  return NotePart(service, 1) == UidOf(rollout) && NotePart(service, 2) == HashIn(service);
}

}  // namespace

ServiceInvariant::ServiceInvariant(World& world)
    : world_(world), observer_(world.api(), {kWindlass}) {
  world_.api().store().OnChange([this](const Change& change) { OnChange(change); });
}

void ServiceInvariant::OnChange(const Change& change) {
  RolloutFacts* facts = observer_.See(change);
  if (change.key.resource == resources::kServices) {
    if (change.actor == kWindlass) return JudgeService(change);
    touched_[change.key.name] = change.at;
    return;
  }
  if (change.key.resource == resources::kRollouts && change.actor != kWindlass) {
    for (const char* role : {"stable", "canary"}) {
      if (change.before == nullptr || change.after == nullptr) continue;
      if (NamedIn(*change.before, role) == NamedIn(*change.after, role)) continue;
      touched_[NamedIn(*change.before, role)] = touched_[NamedIn(*change.after, role)] = change.at;
    }
  }
  if (facts != nullptr && change.key.resource == resources::kReplicaSets &&
      change.actor == kWindlass) {
    JudgeLastPods(*facts, change);
  }
}

RolloutFacts* ServiceInvariant::FindRollout(const Json& service) {
  const auto found = observer_.all().find(NotePart(service, 1));
  return found == observer_.all().end() ? nullptr : &found->second;
}

TemplateFacts* ServiceInvariant::FindTemplate(RolloutFacts& facts, const std::string& hash) {
  for (const Object& rs : observer_.ReplicaSetsOf(facts)) {
    if (LabelOf(*rs, "pod-template-hash") != hash) continue;
    return &facts.templates[observer_.TemplateOfReplicaSet(*rs)];
  }
  return nullptr;
}

TemplateFacts* ServiceInvariant::FindStable(RolloutFacts& facts) {
  const int64_t stable = IntAt(*facts.rollout, {"status", "stableRevision"});
  for (auto& [key, one] : facts.templates) {
    if (one.exists && one.revisions.contains(stable)) return &one;
  }
  return nullptr;
}

// Returns true if steps or a partition hold Pods back from the template, and the stable one has or
// gets Pods. If it has none, the Service selects what there is. I-63 judges which one is stable.
bool ServiceInvariant::IsHeldBack(RolloutFacts& facts, const std::string& key, MonotonicTime now) {
  const TemplateFacts& one = facts.templates[key];
  const TemplateFacts* stable = FindStable(facts);
  const bool is_proven = std::ranges::any_of(facts.templates, [&](const auto& other) {
    const bool may_be_stable = stable == nullptr ? other.second.proven : &other.second == stable;
    return other.first != key && may_be_stable && other.second.size > 0;
  });
  if (one.proven || !is_proven || !one.pauses.Ahead()) return false;
  for (const int64_t desired :
       {facts.desired.Min(now, kLately), facts.desired_now(), facts.desired.Max(now, kLately)}) {
    if (one.pauses.LeastKept(desired) == 0) return false;
  }
  return true;
}

void ServiceInvariant::JudgeService(const Change& change) {
  if (change.after == nullptr) return Break("Windlass deletes Service " + change.key.name);
  const std::string hash = HashIn(*change.after);
  if (hash.empty() || (change.before != nullptr && HashIn(*change.before) == hash)) return;
  ++judged_;
  RolloutFacts* facts = FindRollout(*change.after);
  TemplateFacts* one = facts != nullptr ? FindTemplate(*facts, hash) : nullptr;
  const std::string what = "Windlass has Service " + change.key.name + " select " + hash;
  if (one == nullptr) return Break(what + ", which no ReplicaSet of its Rollout has");
  observer_.See(*facts, change.at);
  if (one->available.Max(change.at, kLately) == 0) {
    Break(what + ", none of whose Pods is available");
  }
  const bool is_stable = NamedIn(*facts->rollout, "stable") == change.key.name;
  for (const auto& [key, other] : facts->templates) {
    if (&other != one || !is_stable || !IsHeldBack(*facts, key, change.at)) continue;
    Break(what + ", and Pods are held back from that revision");
  }
}

void ServiceInvariant::JudgeLastPods(RolloutFacts& facts, const Change& change) {
  if (change.before == nullptr || change.after == nullptr) return;
  if (ReplicasOf(*change.before) == 0 || ReplicasOf(*change.after) > 0) return;
  // The controller knows of Pods by the counters, which may be late.
  if (IntAt(*change.before, {"status", "availableReplicas"}) == 0) return;
  if (facts.desired.Min(change.at, kLately) == 0) return;
  const std::string hash = LabelOf(*change.after, "pod-template-hash");
  TemplateFacts* going = FindTemplate(facts, hash);
  if (going == nullptr || going->available.Min(change.at, kLately) == 0) return;
  const bool others = std::ranges::any_of(facts.templates, [&](auto& one) {
    return &one.second != going && one.second.size > 0 &&
           one.second.available.Min(change.at, kLately) > 0;
  });
  if (!others) return;
  // No other revision stands in for the stable one while its Pods are expected back.
  TemplateFacts* stable = FindStable(facts);
  const bool comes_back = stable != nullptr && stable != going && stable->size > 0 &&
                          stable->available.Min(change.at, kLately) == 0;
  if (comes_back) return;
  for (const Object& service :
       world_.api().List(resources::kServices, NamespaceOf(*facts.rollout))) {
    if (!IsOurs(*service, *facts.rollout) || HashIn(*service) != hash) continue;
    const auto touched = touched_.find(NameOf(*service));
    if (touched != touched_.end() && change.at - touched->second < kLeftAlone) continue;
    Break("Windlass takes the last Pods of " + NameOf(*change.after) + ", which Service " +
          NameOf(*service) + " selects");
  }
}

void ServiceInvariant::JudgeAtRest() {
  for (auto& [uid, facts] : observer_.all()) {
    if (facts.rollout == nullptr || facts.desired_now() == 0) continue;
    observer_.See(facts, world_.loop().clock().Now());
    JudgeServiceAtRest(facts, Role::kStable);
    JudgeServiceAtRest(facts, Role::kCanary);
  }
}

void ServiceInvariant::JudgeServiceAtRest(RolloutFacts& facts, Role role) {
  const std::string name = NamedIn(*facts.rollout, role == Role::kStable ? "stable" : "canary");
  if (name.empty()) return;
  const Object service =
      world_.api().Find({resources::kServices, NamespaceOf(*facts.rollout), name});
  if (service == nullptr) return;
  const auto touched = touched_.find(name);
  const MonotonicTime now = world_.loop().clock().Now();
  if (touched != touched_.end() && now - touched->second < kLeftAlone) return;
  const bool is_foreign = !HashIn(*service).empty() && !IsOurs(*service, *facts.rollout);
  if (is_foreign) return;
  TemplateFacts* stable = FindStable(facts);
  TemplateFacts* want = stable;
  TemplateFacts* canary = nullptr;
  if (role == Role::kCanary && !BoolAt(*facts.rollout, {"spec", "abort"})) {
    canary = &facts.templates[facts.wanted];
    // Pods go on getting an earlier one while the Rollout is paused, or its template is refused.
    if (!canary->exists) return;
    if (canary->ready > 0) want = canary;
  }
  if (want == nullptr || want->ready == 0) return;
  ++judged_;
  TemplateFacts* selected = FindTemplate(facts, HashIn(*service));
  if (selected == want) return;
  // A canary that died keeps its Service.
  if (canary != nullptr && selected == canary && canary->size > 0) return;
  Break("at rest Service " + name + " selects \"" + HashIn(*service) + "\", not the Pods of " +
        want->pattern.dump());
}

void ServiceInvariant::Break(const std::string& detail) {
  const auto now = world_.loop().clock().Now().since_start;
  const int64_t at = std::chrono::duration_cast<milliseconds>(now).count();
  complaints_.push_back("I-67 at " + std::to_string(at) + " ms: " + detail + "\n" +
                        world_.loop().trace().LastLines());
}

std::string ServiceInvariant::Complaints() const {
  std::string text;
  for (const std::string& complaint : complaints_) text += complaint + "\n";
  return text;
}

}  // namespace windlass::sim
