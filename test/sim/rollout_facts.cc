#include "test/sim/rollout_facts.h"

#include <algorithm>
#include <utility>

#include "test/sim/in_place_words.h"
#include "test/sim/owners.h"
#include "test/sim/rollout_undo.h"

namespace windlass::sim {
namespace {

constexpr Duration kRecently = PauseRecord::kBlindSpot;
constexpr Duration kRememberedAfter = seconds(60);
constexpr const char* kPromotion = "windlass.dev/promote";

bool AllImagesOf(const Json& pod, const Json& pattern) {
  const Json& wanted = At(pattern, {"spec"});
  const std::vector<std::string> names = ContainersOf(wanted);
  return !names.empty() && std::ranges::all_of(names, [&](const std::string& name) {
    return ImageIn(At(pod, {"spec"}), name) == ImageIn(wanted, name);
  });
}

Json StepsIn(const Json& rollout) {
  const Json& steps = At(rollout, {"spec", "strategy", "steps"});
  return steps.is_array() ? steps : Json::array();
}

}  // namespace

bool RolloutFacts::in_place() const { return WantsInPlace(*rollout); }

bool RolloutFacts::HasOther(const std::string& key) const {
  return std::ranges::any_of(templates,
                             [&](const auto& one) { return IsOther(one.first, one.second, key); });
}

bool RolloutFacts::HasOtherToKeep(const std::string& key, const std::string& taken) const {
  return std::ranges::any_of(templates, [&](const auto& one) {
    const auto& [other, facts] = one;
    if (!IsOther(other, facts, key)) return false;
    return facts.remembered || facts.size > 0 || facts.live > 0 || other == taken;
  });
}

bool RolloutFacts::IsOther(const std::string& other, const TemplateFacts& facts,
                           const std::string& key) const {
  if (other == key || !facts.exists) return false;
  const auto mine = templates.find(key);
  return facts.remembered || (mine != templates.end() && mine->second.beside.contains(other));
}

RolloutObserver::RolloutObserver(ApiServer& server, std::set<std::string> controllers)
    : server_(server), controllers_(std::move(controllers)) {}

RolloutFacts* RolloutObserver::See(const Change& change) {
  if (change.key.resource == resources::kLeases) {
    NoteLease(change);
    return nullptr;
  }
  RolloutFacts* facts = Find(change);
  const bool is_rollout = change.key.resource == resources::kRollouts;
  if (is_rollout && change.after == nullptr) {
    rollouts_.erase(UidOf(*change.before));
    return nullptr;
  }
  if (change.key.resource == resources::kReplicaSets) {
    // It may change hands, and then its former owner has it no more.
    NoteReplicaSet(change);
    RolloutFacts* owner = Find(change);
    if (facts != nullptr && facts != owner) See(*facts, change.at, &change);
    facts = owner;
  }
  if (facts == nullptr) return nullptr;
  if (is_rollout) NoteRollout(*facts, change);
  See(*facts, change.at, &change);
  return facts;
}

// Somebody leads as long as he renews the Lease. Where there is none, he always does.
void RolloutObserver::NoteLease(const Change& change) {
  has_lease_ = true;
  if (!controllers_.contains(change.actor)) return;
  for (auto& [uid, facts] : rollouts_) See(facts, change.at, &change);
}

// Returns true if the write does something about a template. The status of a Rollout says which
// generation was looked at, nothing more.
bool RolloutObserver::IsFollowed(const Change& change) const {
  if (!controllers_.contains(change.actor) || change.after == nullptr) return false;
  if (change.key.resource == resources::kRollouts) {
    return IntAt(*change.after, {"status", "observedGeneration"}) ==
           IntAt(*change.after, {"metadata", "generation"});
  }
  if (change.key.resource == resources::kReplicaSets) {
    return change.before == nullptr || ReplicasOf(*change.before) != ReplicasOf(*change.after);
  }
  const bool is_pod = change.key.resource == resources::kPods && change.before != nullptr;
  return is_pod && At(*change.before, {"spec"}) != At(*change.after, {"spec"});
}

void RolloutObserver::See(RolloutFacts& facts, MonotonicTime now, const Change* change) {
  if (facts.rollout == nullptr) return;
  std::map<std::string, int64_t> before;
  for (auto& [key, one] : facts.templates) before[key] = one.available.Max(now, kRecently);
  Count(facts);
  facts.desired.Note(now, facts.desired_now());
  int64_t ready = facts.available_pods;
  for (auto& [key, one] : facts.templates) {
    one.available.Note(now, one.ready);
    ready = std::max(ready, one.ready);
  }
  facts.available.Note(now, ready);
  const Json& spec = At(*facts.rollout, {"spec"});
  const Json steps = StepsIn(*facts.rollout);
  for (auto& [key, one] : facts.templates) {
    if (facts.desired_now() == 0) one.beside.clear();
    one.pauses.See(
        {.now = now,
         .asked = key == facts.wanted && !BoolAt(spec, {"abort"}),
         .frozen = BoolAt(spec, {"paused"}),
         .steps = steps,
         .partition = At(spec, {"strategy", "partition"}),
         .desired = facts.desired_now(),
         .size = facts.in_place() ? one.live : one.size,
         .available = one.available.Max(now, kRecently),
         .for_sure = one.available.Min(now, kRecently),
         .at_present = one.ready,
         .led = !has_lease_ || (change != nullptr && controllers_.contains(change->actor)),
         .followed = change != nullptr && IsFollowed(*change),
         .promotions = &facts.promotions,
         .revisions = &one.revisions,
         .clocks_apart = clocks_apart},
        before[key]);
  }
  NoteProven(facts, now);
}

// A Pod belongs to the Rollout of its ReplicaSet.
RolloutFacts* RolloutObserver::Find(const Change& change) {
  const Json& object = change.after != nullptr ? *change.after : *change.before;
  std::string uid;
  if (change.key.resource == resources::kRollouts) {
    if (change.after != nullptr) return &rollouts_[UidOf(object)];
    uid = UidOf(object);
  } else if (change.key.resource == resources::kReplicaSets) {
    const auto note = replica_sets_.find(UidOf(object));
    if (note != replica_sets_.end()) uid = note->second.rollout;
  } else if (change.key.resource == resources::kPods) {
    const auto note = replica_sets_.find(ControllerUidOf(object));
    if (note != replica_sets_.end()) uid = note->second.rollout;
  }
  const auto found = rollouts_.find(uid);
  return found == rollouts_.end() ? nullptr : &found->second;
}

void RolloutObserver::NoteReplicaSet(const Change& change) {
  const Json& object = change.after != nullptr ? *change.after : *change.before;
  const auto owner = rollouts_.find(ControllerUidOf(object));
  if (change.after == nullptr || owner == rollouts_.end()) {
    replica_sets_.erase(UidOf(object));
    return;
  }
  ReplicaSetNote& note = replica_sets_[UidOf(object)];
  note.rollout = owner->first;
  if (note.template_.empty() || change.before == nullptr ||
      At(*change.before, {"spec", "template"}) != At(object, {"spec", "template"})) {
    Json pattern = TemplateOf(object);
    note.template_ = pattern.dump();
    owner->second.templates[note.template_].pattern = std::move(pattern);
  }
  TemplateFacts& facts = owner->second.templates[note.template_];
  const bool was_other =
      change.before != nullptr && ControllerUidOf(*change.before) != owner->first;
  facts.inherited = facts.inherited || was_other;
  const int64_t revision = RevisionOfRollout(object);
  if (revision > 0) facts.revisions.insert(revision);
}

void RolloutObserver::NoteRollout(RolloutFacts& facts, const Change& change) {
  const Json& after = *change.after;
  const std::string promote = AnnotationOf(after, kPromotion);
  const bool is_new =
      change.before == nullptr || AnnotationOf(*change.before, kPromotion) != promote;
  if (is_new && !controllers_.contains(change.actor)) {
    if (auto promotion = PromotionIn(promote, change.at)) facts.promotions.push_back(*promotion);
  }
  const bool same = facts.rollout != nullptr &&
                    At(*facts.rollout, {"spec", "template"}) == At(after, {"spec", "template"});
  facts.rollout = change.after;
  if (!same) NoteWanted(facts);
}

void RolloutObserver::NoteWanted(RolloutFacts& facts) {
  Json pattern = TemplateOf(*facts.rollout);
  std::string key = pattern.dump();
  if (key == facts.wanted) return;
  facts.wanted = std::move(key);
  TemplateFacts& wanted = facts.templates[facts.wanted];
  wanted.pattern = std::move(pattern);
  wanted.beside.clear();
  for (const auto& [other, one] : facts.templates) {
    if (other != facts.wanted && one.size > 0) wanted.beside.insert(other);
  }
}

void RolloutObserver::Count(RolloutFacts& facts) {
  for (auto& [key, one] : facts.templates) {
    one.exists = false;
    one.size = one.live = one.patched = one.ready = 0;
  }
  facts.replica_sets = 0;
  facts.live = facts.available_pods = 0;
  std::set<std::string> with_pods;
  std::map<std::string, int64_t> told;
  for (const Object& rs : ReplicaSetsOf(facts)) {
    TemplateFacts& one = facts.templates[TemplateOfReplicaSet(*rs)];
    ++facts.replica_sets;
    one.exists = true;
    one.size += ReplicasOf(*rs);
    told[TemplateOfReplicaSet(*rs)] += IntAt(*rs, {"status", "availableReplicas"});
    if (ReplicasOf(*rs) > 0) with_pods.insert(UidOf(*rs));
  }
  CountPods(facts, with_pods);
  // Where Pods have another template than their ReplicaSet, its counters tell nothing of templates.
  const bool mixed =
      facts.in_place() && std::ranges::any_of(facts.templates, [](const auto& entry) {
        return entry.second.patched > 0;
      });
  for (auto& [key, one] : facts.templates) {
    if (!mixed) one.ready = std::max(one.ready, told[key]);
  }
  for (const Object& rs : ReplicaSetsOf(facts)) {
    if (facts.templates[TemplateOfReplicaSet(*rs)].patched > 0) with_pods.insert(UidOf(*rs));
  }
  facts.with_pods = with_pods.size();
}

void RolloutObserver::CountPods(RolloutFacts& facts, std::set<std::string>& with_pods) {
  const seconds min_ready(IntAt(*facts.rollout, {"spec", "minReadySeconds"}));
  const WallTime now = server_.loop().clock().Wall();
  std::map<std::string, int64_t> available;
  const std::string uid = UidOf(*facts.rollout);
  for (const Object& pod : server_.List(resources::kPods, NamespaceOf(*facts.rollout))) {
    const auto host = replica_sets_.find(ControllerUidOf(*pod));
    if (host == replica_sets_.end() || host->second.rollout != uid || !IsActivePod(*pod)) continue;
    const std::string key = TemplateOfPod(facts, *pod);
    const bool is_available = IsAvailablePod(*pod, min_ready, now);
    with_pods.insert(host->first);
    ++facts.live;
    ++facts.templates[key].live;
    facts.templates[key].patched += key != host->second.template_ ? 1 : 0;
    facts.available_pods += is_available ? 1 : 0;
    available[key] += is_available ? 1 : 0;
  }
  for (auto& [key, one] : facts.templates) one.ready = std::max(one.ready, available[key]);
}

void RolloutObserver::NoteProven(RolloutFacts& facts, MonotonicTime now) {
  // A size of 0 proves nothing, and a controller may not know of it yet.
  const int64_t least = facts.desired.MinAboveZero(now, kRecently);
  for (auto& [key, one] : facts.templates) {
    if (one.proven_since && now - *one.proven_since >= kRememberedAfter) one.remembered = true;
    const int64_t available = one.available.Max(now, kRecently);
    const bool is_whole = least > 0 && available >= least;
    one.whole = one.whole || is_whole;
    const bool is_proven = is_whole && !(one.pauses.Ahead() && facts.HasOther(key));
    one.proven = one.proven || is_proven;
    if (!is_whole || !one.proven) one.proven_since.reset();
    if (is_whole && one.proven && !one.proven_since) one.proven_since = now;
  }
}

std::string RolloutObserver::TemplateOfReplicaSet(const Json& replica_set) const {
  const auto note = replica_sets_.find(UidOf(replica_set));
  return note == replica_sets_.end() ? std::string() : note->second.template_;
}

std::string RolloutObserver::TemplateOfPod(const RolloutFacts& facts, const Json& pod) const {
  const auto host = replica_sets_.find(ControllerUidOf(pod));
  if (host == replica_sets_.end()) return {};
  const std::string& key = host->second.template_;
  const auto own = facts.templates.find(key);
  if (own == facts.templates.end() || AllImagesOf(pod, own->second.pattern)) return key;
  const auto wanted = facts.templates.find(facts.wanted);
  if (wanted != facts.templates.end() && AllImagesOf(pod, wanted->second.pattern)) {
    return facts.wanted;
  }
  const auto other = std::ranges::find_if(
      facts.templates, [&](const auto& one) { return AllImagesOf(pod, one.second.pattern); });
  return other == facts.templates.end() ? std::string() : other->first;
}

std::vector<Object> RolloutObserver::ReplicaSetsOf(const RolloutFacts& facts) const {
  std::vector<Object> owned;
  const std::string uid = UidOf(*facts.rollout);
  for (const Object& rs : server_.List(resources::kReplicaSets, NamespaceOf(*facts.rollout))) {
    if (ControllerUidOf(*rs) == uid) owned.push_back(rs);
  }
  return owned;
}

}  // namespace windlass::sim
