#include "controller/deployment/in_place_look.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "controller/deployment/annotations.h"
#include "controller/deployment/in_place_leftovers.h"
#include "controller/deployment/in_place_look_pods.h"
#include "controller/in_place/pod/nodes.h"
#include "controller/in_place/template/eligibility.h"

namespace windlass::deployment {
namespace {

using in_place::Mode;
using in_place::Policy;

// Returns a cause whose name is also its text.
Cause Named(std::string_view name) { return {std::string(name), std::string(name)}; }

class Looker {
 public:
  explicit Looker(const Situation& situation) : s_(situation) {
    out_.configuration = in_place::ReadOptions(s_.workload);
  }

  InPlace Look() && {
    FindExchange();
    if (out_.phase == InPlacePhase::kNone && out_.options().policy != Policy::kDisabled) {
      FindPhase();
    }
    FindPods();
    FindLeftDrained(s_, out_);
    SetDecision();
    return std::move(out_);
  }

 private:
  // Finds a half-done exchange, whatever the Deployment asks for now: it must be finished (P-054).
  void FindExchange() {
    for (const ReplicaSet* rs : s_.all) {
      const ReplicaSet* host = in_place::HostOfStash(*rs, s_.all);
      if (host == nullptr) continue;
      out_.stash = in_place::StashOf(*rs, *host);
      out_.host = host;
      out_.pending = rs;
      out_.phase = InPlacePhase::kCommitting;
      return;
    }
  }

  void FindPhase() {
    const ReplicaSet* new_replica_set = s_.new_replica_set;
    const auto mode = new_replica_set == nullptr
                          ? std::nullopt
                          : in_place::ModeOf(*new_replica_set, RevisionText(new_replica_set->meta));
    const ReplicaSet* host = OnlyActive();
    const bool replaces = host != new_replica_set && !HasNoPods();
    if (mode && mode->mode == Mode::kReplace && replaces) return Replace({.text = mode->reason});
    if (mode && mode->mode == Mode::kInPlace) return FindStaged(*mode);
    if (host == nullptr) return NotOneHost();
    if (host == new_replica_set) return FindReturning(*host);
    // Another controller already replaces Pods in this rollout (P-010).
    if (new_replica_set != nullptr && HasOwnPods(*new_replica_set)) return;
    if (out_.options().policy == Policy::kRelease) return;
    out_.host = host;
    Decide(*host);
  }

  void FindStaged(const in_place::RolloutMode& mode) {
    const ReplicaSet& pending = *s_.new_replica_set;
    const auto host = std::ranges::find_if(
        s_.all, [&](const ReplicaSet* rs) { return rs->meta.uid == mode.host; });
    if (host == s_.all.end() || *host == &pending) {
      if (OnlyActive() == &pending) return FindReturning(pending);
      return Replace(Named(kHostGone));
    }
    if (HasOwnPods(pending)) return Replace(Named(kForeignScale));  // P-072
    out_.phase = InPlacePhase::kStaged;
    out_.host = *host;
    out_.pending = &pending;
    out_.blocked = in_place::BlockedBy(pending, RevisionText(pending.meta));
    if (out_.blocked && out_.options().unblock == RevisionOf(pending.meta)) out_.blocked.reset();
    if (in_place::HasForeignTemplate(*out_.host, mode)) {
      out_.held = "somebody changed the template of replica set " + out_.host->meta.name;  // P-073
    }
    RefuseStaged();
    if (!s_.view.in_place_known || out_.host->template_json == nullptr) Unknown();
  }

  // The decision stands, even if the number of replicas makes in-place impossible by now. With
  // IfPossible the rollout may go over to replacing Pods (P-013); with Only it waits.
  void RefuseStaged() {
    out_.against =
        in_place::RefuseRollout(s_.workload.replicas, s_.recreate(), out_.options(), {}, nullptr);
    if (!out_.against || out_.options().policy != Policy::kOnly) return;
    // Without a budget, Pods that are down can still be patched, and the rollout may end.
    if (out_.against->reason == in_place::Reason::kNoBudget) return;
    NotPossible(CauseOf(*out_.against));
  }

  void FindReturning(const ReplicaSet& host) {
    const bool unfinished = std::ranges::any_of(s_.all, [&](const ReplicaSet* rs) {
      return rs != &host && rs->meta.annotations.Has(in_place::kMode);
    });
    out_.host = &host;
    out_.phase = InPlacePhase::kReturning;
    if (s_.view.in_place_known) {
      FindPods();
      if (out_.counts.to_update > 0 || unfinished) return;
    } else if (unfinished) {
      return Unknown();
    }
    if (EndsADrain()) return;
    out_ = InPlace{.configuration = std::move(out_.configuration)};
  }

  // Returns true if a Pod is out of traffic: drained by a user as we do it, or left drained by us.
  bool EndsADrain() const {
    return std::ranges::any_of(out_.drain, [](const in_place::DrainStep& step) {
      return step.what == in_place::DrainStep::Do::kEnd;
    });
  }

  // There is not exactly one active ReplicaSet. With none, nothing is to be done in place. With
  // several, an ordinary rollout is under way and ends as it began, whatever the policy (P-010).
  void NotOneHost() {
    const bool several =
        std::ranges::count_if(s_.all, [](const ReplicaSet* rs) { return HasOwnPods(*rs); }) > 1;
    if (!several || s_.new_replica_set != nullptr) return;
    Replace(CauseOf({in_place::Reason::kMultipleActiveReplicaSets, ""}));
  }

  void Decide(const ReplicaSet& host) {
    out_.phase = InPlacePhase::kDeciding;
    if (host.template_json == nullptr) return Unknown();
    std::vector<const ReplicaSet*> others;
    std::ranges::copy_if(s_.all, std::back_inserter(others),
                         [](const ReplicaSet* rs) { return !HasStandIns(*rs); });
    const in_place::Options& options = out_.options();
    const std::string& target = *s_.workload.template_json;
    if (const auto why = in_place::RefuseRollout(s_.workload.replicas, s_.recreate(), options,
                                                 others, s_.new_replica_set)) {
      return NotPossible(CauseOf(*why));
    }
    const auto verdict = in_place::CompareTemplates(*host.template_json, target);
    if (!verdict.ok()) {
      return NotPossible({verdict.error().message, std::string(kOtherCause)});
    }
    if (const auto* why = std::get_if<in_place::NotEligible>(&*verdict)) {
      return NotPossible(CauseOf(*why));
    }
    if (!in_place::FitsStash(target, AnnotationsToBe(), host)) {
      return NotPossible(Named(kTemplateTooLarge));
    }
    if (!s_.view.in_place_known) return Unknown();
    const auto* changes = std::get_if<in_place::TemplateChanges>(&*verdict);
    if (changes == nullptr) return;
    FindPods();
    if (out_.phase == InPlacePhase::kUnknown) return;
    if (SomePodLacksOnlyMetadata(s_, out_)) {
      return NotPossible(CauseOf({in_place::Reason::kMetadataOnly, ""}));
    }
    for (const Pod* pod : s_.view.whole_pods) {
      if (const auto why = in_place::RefuseKubelet(*pod, *changes, s_.view.nodes)) {
        Cause cause = CauseOf(*why);
        cause.text += " (node " + std::string(pod->node_name.text()) + ")";
        return NotPossible(std::move(cause));
      }
    }
  }

  // Returns the annotations that the pending ReplicaSet will have.
  std::map<std::string, std::string> AnnotationsToBe() const {
    std::map<std::string, std::string> annotations;
    if (s_.new_replica_set != nullptr) {
      for (const auto& [key, value] : s_.new_replica_set->meta.annotations) {
        annotations[std::string(key.text())] = value.text();
      }
    }
    for (const auto& [key, value] : s_.workload.meta.annotations) {
      if (IsCopied(key.text())) annotations[std::string(key.text())] = value.text();
    }
    return annotations;
  }

  void FindPods() {
    if (!deployment::FindPods(s_, out_)) Unknown();
  }

  // Returns true if the Deployment has no Pods and wants none: every rollout is over.
  bool HasNoPods() const {
    return s_.workload.replicas == 0 &&
           std::ranges::none_of(s_.all, [](const ReplicaSet* rs) { return rs->replicas > 0; });
  }

  const ReplicaSet* OnlyActive() const {
    const ReplicaSet* only = nullptr;
    for (const ReplicaSet* rs : s_.all) {
      if (!HasOwnPods(*rs)) continue;
      if (only != nullptr) return nullptr;
      only = rs;
    }
    return only;
  }

  void Replace(Cause why) {
    out_ = InPlace{.configuration = std::move(out_.configuration),
                   .phase = InPlacePhase::kReplace,
                   .why = std::move(why)};
  }

  void NotPossible(Cause why) {
    if (out_.options().policy != Policy::kOnly) {
      FindPods();
      if (!LooksReadyInFlight(s_, out_)) return Replace(std::move(why));
      out_.replace_soon = std::move(why.text);
      return;
    }
    out_.phase = InPlacePhase::kRefused;
    out_.why = std::move(why);
  }

  void Unknown() {
    out_.phase = InPlacePhase::kUnknown;
    out_.pods.reset();
    out_.drain.clear();
    out_.why = {.text = s_.view.in_place_missing};
    if (out_.why.text.empty()) out_.why.text = "what the Pods are made of cannot be seen yet";
  }

  void SetDecision() {
    if (out_.phase == InPlacePhase::kDeciding) {
      out_.decision = {.mode = Mode::kInPlace,
                       .host = out_.host->meta.uid,
                       .from = out_.host->template_fingerprint,
                       .generation = out_.host->meta.generation};
    } else if (out_.phase == InPlacePhase::kReplace) {
      out_.decision = {.mode = Mode::kReplace, .reason = out_.why.text};
    }
  }

  const Situation& s_;
  InPlace out_;
};

}  // namespace

bool IsOnlyLate(const Situation& situation) {
  return InPlaceOf(situation).options().policy != Policy::kDisabled &&
         !situation.view.in_place_known && situation.view.in_place_missing.empty();
}

InPlace FindInPlace(const Situation& situation) { return Looker(situation).Look(); }

}  // namespace windlass::deployment
