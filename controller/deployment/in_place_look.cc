#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "controller/deployment/annotations.h"
#include "controller/deployment/in_place_kubelets.h"
#include "controller/deployment/in_place_leftovers.h"
#include "controller/deployment/in_place_refusals.h"
#include "controller/deployment/in_place_situation.h"
#include "controller/deployment/situation.h"
#include "controller/in_place/completion.h"
#include "controller/in_place/eligibility.h"
#include "controller/in_place/failure.h"
#include "controller/in_place/nodes.h"
#include "controller/in_place/revision_of_pod.h"
#include "kubeclient/api/pod_list.h"

namespace windlass::deployment {
namespace {

using in_place::Mode;
using in_place::Policy;

class Looker {
 public:
  explicit Looker(const Situation& situation) : s_(situation) {
    out_.configuration = in_place::ReadOptions(s_.deployment);
  }

  InPlace Look() && {
    FindExchange();
    if (out_.phase == InPlacePhase::kNone && out_.options().policy != Policy::kDisabled) {
      FindPhase();
    }
    LookAtPods();
    if (out_.phase == InPlacePhase::kCommitting) HoldIfNotSelected();
    LookAtLeftDrained(s_, out_);
    return std::move(out_);
  }

 private:
  // Whatever the Deployment asks for by now: half an exchange is nobody's wish (P-054).
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
    const ReplicaSet* newest = s_.newest;
    const auto mode =
        newest == nullptr ? std::nullopt : in_place::ModeOf(*newest, RevisionText(newest->meta));
    const ReplicaSet* host = OnlyActive();
    if (mode && mode->mode == Mode::kRecreate && host != newest) return Recreate(mode->reason);
    if (mode && mode->mode == Mode::kInPlace) return FindStaged(*mode);
    if (host == nullptr) return NotOneHost();
    if (host == newest) return FindReturning(*host);
    // Somebody rolls out by replacing Pods already (P-010).
    if (newest != nullptr && newest->replicas > 0 && !HasStandIns(*newest)) return;
    if (out_.options().policy == Policy::kRelease) return;
    out_.host = host;
    Decide(*host);
  }

  void FindStaged(const in_place::RolloutMode& mode) {
    const ReplicaSet& pending = *s_.newest;
    const auto host = std::ranges::find_if(
        s_.all, [&](const ReplicaSet* rs) { return rs->meta.uid == mode.host; });
    if (host == s_.all.end() || *host == &pending) {
      if (OnlyActive() == &pending) return FindReturning(pending);
      return Recreate("HostGone");
    }
    if (pending.replicas > 0 && !HasStandIns(pending)) return Recreate("ForeignScale");  // P-072
    out_.phase = InPlacePhase::kStaged;
    out_.host = *host;
    out_.pending = &pending;
    out_.blocked = in_place::BlockedBy(pending, RevisionText(pending.meta));
    if (out_.blocked && out_.options().unblock == RevisionOf(pending.meta)) out_.blocked.reset();
    if (in_place::HasForeignTemplate(*out_.host, mode)) {
      out_.held = "somebody changed the template of replica set " + out_.host->meta.name;  // P-073
    }
    RefuseStaged();
    if (!s_.view.in_place_known || out_.host->template_json == nullptr) return Unknown();
    LeaveIfNotSelected();
  }

  // No Pod of a namespace that is not selected is patched any more (P-078). What needs no patch
  // goes on, up to the exchange; otherwise, unless the policy is Only, Pods are replaced from now
  // on.
  void LeaveIfNotSelected() {
    if (s_.view.in_place_selected || out_.held) return;
    LookAtPods();
    if (out_.blocked) {
      HoldIfNotSelected();
    } else if (out_.options().policy == Policy::kOnly && MustPatch()) {
      NotPossible(WhyNotSelected(s_));
    }
  }

  bool MustPatch() const { return out_.counts.to_update > out_.limits.partition; }

  // On the way back, and in the middle of an exchange, nothing else would help the Pods that wait
  // for a patch but to be made anew, by the host.
  void HoldIfNotSelected() {
    const int32_t waiting =
        out_.blocked ? static_cast<int32_t>(out_.failed.size()) : out_.counts.to_update;
    if (s_.view.in_place_selected || waiting == 0) return;
    out_.held = WhyNotSelected(s_) + ": Pods that are to be patched (" + std::to_string(waiting) +
                ") stay as they are until somebody deletes them";
  }

  // The decision stands, also where the number of replicas speaks against it by now. With
  // IfPossible it may become the other one (P-013); with Only the rollout waits.
  void RefuseStaged() {
    out_.against = in_place::RefuseRollout(s_.deployment.spec, out_.options(), {}, nullptr);
    if (!out_.against || out_.options().policy != Policy::kOnly) return;
    // Without a budget Pods that are down can be patched all the same, and the rollout may end.
    if (out_.against->reason == in_place::Reason::kNoBudget) return;
    NotPossible(in_place::Text(*out_.against));
  }

  void FindReturning(const ReplicaSet& host) {
    const bool unfinished = std::ranges::any_of(s_.all, [&](const ReplicaSet* rs) {
      return rs != &host && rs->meta.annotations.Has(in_place::kMode);
    });
    out_.host = &host;
    out_.phase = InPlacePhase::kReturning;
    if (s_.view.in_place_known) {
      LookAtPods();
      HoldIfNotSelected();
      if (out_.counts.to_update > 0 || unfinished) return;
    } else if (unfinished) {
      return Unknown();
    }
    if (EndsADrain()) return;
    out_ = InPlace{.configuration = std::move(out_.configuration)};
  }

  // Somebody took a Pod out of traffic as we do, or a drain was left behind.
  bool EndsADrain() const {
    return std::ranges::any_of(out_.drain, [](const in_place::DrainStep& step) {
      return step.what == in_place::DrainStep::Do::kEnd;
    });
  }

  // Not one active ReplicaSet. With none there is nothing to do in place; with several an ordinary
  // rollout is under way, and ends as it began, whatever the policy (C.9).
  void NotOneHost() {
    const bool several = std::ranges::count_if(s_.all, IsActive) > 1;
    if (!several || s_.newest != nullptr) return;
    Recreate(in_place::Text({in_place::Reason::kMultipleActiveReplicaSets, ""}));
  }

  void Decide(const ReplicaSet& host) {
    out_.phase = InPlacePhase::kDeciding;
    if (!s_.view.in_place_selected) return NotPossible(WhyNotSelected(s_));
    if (host.template_json == nullptr) return Unknown();
    std::vector<const ReplicaSet*> others;
    std::ranges::copy_if(s_.all, std::back_inserter(others),
                         [](const ReplicaSet* rs) { return !HasStandIns(*rs); });
    const in_place::Options& options = out_.options();
    const std::string& target = *s_.deployment.spec.template_json;
    if (const auto why = in_place::RefuseRollout(s_.deployment.spec, options, others, s_.newest)) {
      return NotPossible(in_place::Text(*why));
    }
    const auto verdict = in_place::CompareTemplates(*host.template_json, target, options);
    if (!verdict.ok()) return NotPossible(verdict.error().message);
    if (const auto* why = std::get_if<in_place::NotEligible>(&*verdict)) {
      return NotPossible(in_place::Text(*why));
    }
    if (!in_place::FitsStash(target, AnnotationsToBe(), host)) {
      return NotPossible("TemplateTooLarge");
    }
    if (!s_.view.in_place_known) return Unknown();
    const auto* changes = std::get_if<in_place::TemplateChanges>(&*verdict);
    if (changes == nullptr) return;
    for (const Pod* pod : s_.view.whole_pods) {
      if (const auto why = in_place::RefuseKubelet(*pod, *changes, s_.view.nodes)) {
        return NotPossible(in_place::Text(*why) + " (node " + std::string(pod->node_name.text()) +
                           ")");
      }
    }
  }

  // Of the pending ReplicaSet.
  std::map<std::string, std::string> AnnotationsToBe() const {
    std::map<std::string, std::string> annotations;
    if (s_.newest != nullptr) {
      for (const auto& [key, value] : s_.newest->meta.annotations) {
        annotations[std::string(key.text())] = value.text();
      }
    }
    for (const auto& [key, value] : s_.deployment.meta.annotations) {
      if (IsCopied(key.text())) annotations[std::string(key.text())] = value.text();
    }
    return annotations;
  }

  void LookAtPods() {
    if (out_.host == nullptr || !s_.view.in_place_known || out_.pods) return;
    if (out_.phase == InPlacePhase::kNone || out_.phase == InPlacePhase::kRecreate ||
        out_.phase == InPlacePhase::kUnknown) {
      return;
    }
    // While the exchange goes on, its target is what counts, whatever came after it.
    const bool committing = out_.phase == InPlacePhase::kCommitting;
    const in_place::RolloutTemplates templates{
        .deployment = s_.deployment.meta.uid,
        .host = *out_.host,
        .all = s_.all,
        .target = committing ? out_.stash->fingerprint : s_.deployment.spec.template_fingerprint,
        .target_json = committing ? out_.stash->template_json : *s_.deployment.spec.template_json,
        .min_ready_seconds = s_.deployment.spec.min_ready_seconds,
        .late_births = committing};
    auto pods = in_place::LookAtPods(s_.view.whole_pods, templates, s_.view.nodes, s_.now);
    if (!pods.ok()) return Unknown();
    out_.pods = *std::move(pods);
    out_.counts = in_place::CountPods(*out_.pods);
    FindFailing();
    ChooseNext();
    if (committing) FindUnseenBirths();
  }

  // The list is asked for by the planner, when all else of the exchange is done (P-057).
  void FindUnseenBirths() {
    const Outcome* listed = FindOutcome(s_.learned, ListOfPods(s_.deployment).Identity());
    if (listed == nullptr || !listed->said.ok()) return;
    const auto pods = ControlledPods(listed->said->body);
    // What cannot be read shows nothing.
    out_.unseen_births = !pods.ok() || std::ranges::any_of(*pods, [&](const ListedPod& listed_pod) {
      return listed_pod.controller == out_.host->meta.uid &&
             std::ranges::none_of(s_.view.whole_pods,
                                  [&](const Pod* pod) { return pod->meta.uid == listed_pod.uid; });
    });
    if (out_.unseen_births) LookAgainAt(s_.now + seconds(1));
  }

  void FindFailing() {
    const seconds timeout(s_.deployment.spec.progress_deadline_seconds.value_or(kUnlimited));
    for (size_t i = 0; i < out_.pods->size(); ++i) {
      const in_place::PodState* patched = out_.pods->state(i);
      const in_place::PodStanding& standing = out_.pods->standings[i];
      if (!standing.updated || standing.available || !standing.waited_for()) continue;
      if (patched == nullptr && !standing.stand_in) continue;
      const Pod& pod = *out_.pods->pods[i];
      const in_place::PodState state = patched ? *patched : in_place::AsIfPatched(pod);
      LookAgainAt(in_place::FailureLookAgain(pod, state, timeout, s_.now));
      const auto failure = in_place::FailureOf(pod, state, timeout, s_.now);
      if (!failure) continue;
      out_.failed.push_back(i);
      const bool for_long = in_place::HasFailedForLong(pod, state, s_.now);
      out_.failed_for_long = out_.failed_for_long || for_long;
      if (!for_long) LookAgainAt(in_place::FailsForLongAt(pod, state));
      if (out_.failing) continue;
      out_.failing = "pod " + pod.meta.name + ": " +
                     (failure->container.empty() ? "" : failure->container + ": ") +
                     failure->reason;
    }
  }

  void LookAgainAt(const std::optional<WallTime>& when) {
    if (when && (!out_.look_again || *when < *out_.look_again)) out_.look_again = when;
  }

  void ChooseNext() {
    const bool returning = out_.phase != InPlacePhase::kStaged;
    const in_place::BatchLimits& limits = out_.limits = LimitsOf(returning);
    std::vector<bool> left_out;
    for (const Pod* pod : out_.pods->pods) left_out.push_back(WasRefused(s_.learned, *pod));
    LookAtRefusals(s_, out_);
    LookAgainAt(out_.next_try);
    const bool patches = s_.view.in_place_selected && out_.phase != InPlacePhase::kDeciding &&
                         out_.phase != InPlacePhase::kRefused;
    if (patches && !out_.next_try && std::ranges::count(left_out, true) < kRefusalsMax) {
      std::vector<bool> out = left_out;
      LeaveOutOldKubelets(s_, out_, out);
      out_.next = in_place::ChooseNextPods(*out_.pods, out, limits, out_.options().pdb,
                                           s_.view.budgets, s_.now);
    }
    LookAgainAt(out_.next.look_again);
    LookAgainAt(in_place::WhenTimeTells(*out_.pods, s_.deployment.spec.min_ready_seconds, s_.now));
    FindDrain(left_out);
    const in_place::PodCounts& counts = out_.counts;
    out_.at_rest =
        !returning && counts.to_update > 0 && counts.to_update <= limits.partition && !out_.failing;
  }

  void FindDrain(const std::vector<bool>& left_out) {
    const bool stopped = s_.deployment.spec.paused || out_.held || out_.blocked;
    std::vector<bool> chosen(out_.pods->size(), false);
    for (const size_t i : out_.next.batch) chosen[i] = !stopped;
    for (size_t i = 0; i < out_.pods->size(); ++i) {
      const in_place::PodState* state = out_.pods->state(i);
      const Pod& pod = *out_.pods->pods[i];
      const bool complete =
          state == nullptr || in_place::CompletionOf(pod, *state, s_.now).complete ||
          in_place::BasisOfPatch(pod, *state) == in_place::RevisionBasis::kPutBack;
      out_.drain.push_back(
          in_place::NextDrainStep(out_.options(), pod, state, chosen[i], complete, s_.now));
      if (StaysAsItIs(i, left_out[i])) out_.drain.back() = {};
      LookAgainAt(out_.drain.back().until);
    }
  }

  // Drained or not, until the patch is tried again; unless that is a long time (P-036).
  bool StaysAsItIs(size_t i, bool left_out) const {
    if (!out_.next_try) return left_out;
    return !out_.pods->standings[i].updated && out_.refusals->tries < in_place::kRefusedTriesMax;
  }

  in_place::BatchLimits LimitsOf(bool returning) const {
    return {.desired = s_.deployment.spec.replicas,
            .max_unavailable = out_.options().max_unavailable,
            .partition = Partition(),
            .canary_first = out_.options().canary_first,
            .returning = returning,
            .surplus = Surplus()};
  }

  // No other controller knows of one (P-076).
  int32_t Partition() const {
    return out_.options().policy == Policy::kRelease ? 0 : out_.options().partition;
  }

  // Pods that their ReplicaSets are about to remove.
  int32_t Surplus() const {
    int32_t of_host = -std::max(out_.host->replicas, 0);
    int32_t stand_ins = 0;
    for (const in_place::PodStanding& pod : out_.pods->standings) {
      (pod.stand_in ? stand_ins : of_host) += 1;
    }
    for (const ReplicaSet* rs : s_.all) {
      if (rs != out_.host) stand_ins -= std::max(rs->replicas, 0);
    }
    return std::max(of_host, 0) + std::max(stand_ins, 0);
  }

  static bool IsActive(const ReplicaSet* rs) { return rs->replicas > 0 && !HasStandIns(*rs); }

  const ReplicaSet* OnlyActive() const {
    const ReplicaSet* only = nullptr;
    for (const ReplicaSet* rs : s_.all) {
      if (!IsActive(rs)) continue;
      if (only != nullptr) return nullptr;
      only = rs;
    }
    return only;
  }

  void Recreate(std::string why) {
    out_.phase = InPlacePhase::kRecreate;
    out_.host = nullptr;
    out_.why = std::move(why);
  }

  void NotPossible(std::string why) {
    if (out_.options().policy != Policy::kOnly) {
      LookAtPods();
      if (!LooksReadyInFlight()) return Recreate(std::move(why));
      out_.recreate_soon = std::move(why);
      return;
    }
    out_.phase = InPlacePhase::kRefused;
    out_.why = std::move(why);
  }

  // An ordinary rollout believes what the API says of Pods, and would take others down beside one
  // that is being restarted. One that fails will not be Ready for long.
  bool LooksReadyInFlight() const {
    if (!out_.pods) return false;
    const seconds timeout(s_.deployment.spec.progress_deadline_seconds.value_or(kUnlimited));
    for (size_t i = 0; i < out_.pods->size(); ++i) {
      const in_place::PodStanding& standing = out_.pods->standings[i];
      const in_place::PodState* state = out_.pods->state(i);
      if (!standing.in_flight || !standing.ready || standing.exempt || state == nullptr) continue;
      if (!in_place::FailureOf(*out_.pods->pods[i], *state, timeout, s_.now)) return true;
    }
    return false;
  }

  void Unknown() {
    out_.phase = InPlacePhase::kUnknown;
    out_.pods.reset();
    out_.drain.clear();
    out_.why = s_.view.in_place_missing;
    if (out_.why.empty()) out_.why = "what the Pods are made of cannot be seen yet";
  }

  const Situation& s_;
  InPlace out_;
};

}  // namespace

bool HasStandIns(const ReplicaSet& rs) {
  return rs.replicas > 0 && in_place::NotedStandIns(rs) == rs.replicas;
}

std::string WhyNotSelected(const Situation& situation) {
  return "NamespaceNotSelected: --in-place-namespace-selector does not select namespace " +
         std::string(situation.deployment.meta.namespace_.text());
}

InPlace LookAtInPlace(const Situation& situation) { return Looker(situation).Look(); }

}  // namespace windlass::deployment
