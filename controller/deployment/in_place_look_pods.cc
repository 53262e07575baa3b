#include "controller/deployment/in_place_look_pods.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "controller/deployment/in_place_kubelets.h"
#include "controller/deployment/in_place_refusals.h"
#include "controller/in_place/pod/completion.h"
#include "controller/in_place/pod/failure.h"
#include "controller/in_place/pod/revision_of_pod.h"
#include "controller/in_place/template/eligibility.h"

namespace windlass::deployment {
namespace {

using in_place::Policy;

seconds PodTimeout(const Situation& situation) {
  return seconds(situation.workload.progress_deadline_seconds.value_or(kUnlimited));
}

class PodLooker {
 public:
  PodLooker(const Situation& situation, InPlace& in_place) : s_(situation), out_(in_place) {}

  bool Look() {
    // During the exchange its own target counts, whatever came after it.
    const bool committing = out_.phase == InPlacePhase::kCommitting;
    const in_place::RolloutTemplates templates{
        .deployment = s_.workload.meta.uid,
        .host = *out_.host,
        .all = s_.all,
        .target = committing ? out_.stash->fingerprint : s_.workload.template_fingerprint,
        .target_json = committing ? out_.stash->template_json : *s_.workload.template_json,
        .min_ready_seconds = s_.workload.min_ready_seconds,
        .late_births = committing};
    auto pods = in_place::ClassifyPods(s_.view.whole_pods, templates, s_.view.nodes, s_.now);
    if (!pods.ok()) return false;
    out_.pods = *std::move(pods);
    out_.counts = in_place::CountPods(*out_.pods);
    FindFailing();
    ChooseNext();
    if (committing) FindUnseenBirths();
    return true;
  }

 private:
  // The planner asks for the list when everything else of the exchange is done (P-057).
  void FindUnseenBirths() {
    const Outcome* listed = FindOutcome(s_.learned, ListOfPods(s_.workload).Identity());
    if (listed == nullptr || !listed->said.ok()) return;
    out_.unseen_births = std::ranges::any_of(listed->pods, [&](const ListedPod& listed_pod) {
      return listed_pod.controller == out_.host->meta.uid &&
             std::ranges::none_of(s_.view.whole_pods,
                                  [&](const Pod* pod) { return pod->meta.uid == listed_pod.uid; });
    });
    if (out_.unseen_births) LookAgainAt(s_.now + seconds(1));
  }

  void FindFailing() {
    const seconds timeout = PodTimeout(s_);
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
      const std::string container = failure->container.empty() ? "" : failure->container + ": ";
      out_.failing = {"pod " + pod.meta.name + ": " + container + failure->reason, failure->reason};
    }
  }

  void LookAgainAt(const std::optional<WallTime>& when) {
    out_.look_again = Sooner(out_.look_again, when);
  }

  void ChooseNext() {
    const bool returning = out_.phase != InPlacePhase::kStaged;
    const in_place::BatchLimits& limits = out_.limits = LimitsOf(returning);
    std::vector<bool> left_out;
    for (const Pod* pod : out_.pods->pods) left_out.push_back(WasRefused(s_.learned, *pod));
    FindRefusals(s_, out_);
    LookAgainAt(out_.next_try);
    const bool patches =
        out_.phase != InPlacePhase::kDeciding && out_.phase != InPlacePhase::kRefused;
    if (patches && !out_.next_try && std::ranges::count(left_out, true) < kRefusalsMax) {
      std::vector<bool> out = left_out;
      LeaveOutOldKubelets(s_, out_, out);
      out_.next = in_place::ChooseNextPods(*out_.pods, out, limits, out_.options().pdb,
                                           s_.view.budgets, s_.now);
    }
    LookAgainAt(out_.next.look_again);
    LookAgainAt(in_place::WhenTimeTells(*out_.pods, s_.workload.min_ready_seconds, s_.now));
    FindDrain(left_out);
    const in_place::PodCounts& counts = out_.counts;
    out_.at_rest =
        !returning && counts.to_update > 0 && counts.to_update <= limits.partition && !out_.failing;
  }

  void FindDrain(const std::vector<bool>& left_out) {
    const bool stopped = s_.workload.paused || out_.held || out_.blocked;
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

  // The Pod stays as it is, drained or not, until the patch is tried again. After kRefusedTriesMax
  // tries the wait is too long, and the Pod returns to traffic (P-036).
  bool StaysAsItIs(size_t i, bool left_out) const {
    if (!out_.next_try) return left_out;
    return !out_.pods->standings[i].updated && out_.refusals->tries < in_place::kRefusedTriesMax;
  }

  in_place::BatchLimits LimitsOf(bool returning) const {
    return {.desired = s_.workload.replicas,
            .max_unavailable = out_.options().max_unavailable,
            .partition = Partition(),
            .canary_first = out_.options().canary_first,
            .returning = returning,
            .surplus = Surplus()};
  }

  // Returns 0 if the Deployment is handed back: another controller knows of no partition (P-076).
  int32_t Partition() const {
    return out_.options().policy == Policy::kRelease ? 0 : out_.options().partition;
  }

  // Returns how many Pods their ReplicaSets are about to remove. 64 bits: two sizes of 2^31-1 are
  // legal.
  int64_t Surplus() const {
    int64_t of_host = -int64_t{std::max(out_.host->replicas, 0)};
    int64_t stand_ins = 0;
    for (const in_place::PodStanding& pod : out_.pods->standings) {
      (pod.stand_in ? stand_ins : of_host) += 1;
    }
    for (const ReplicaSet* rs : s_.all) {
      if (rs != out_.host) stand_ins -= std::max(rs->replicas, 0);
    }
    return std::max<int64_t>(of_host, 0) + std::max<int64_t>(stand_ins, 0);
  }

  const Situation& s_;
  InPlace& out_;
};

}  // namespace

bool FindPods(const Situation& situation, InPlace& in_place) {
  if (in_place.host == nullptr || !situation.view.in_place_known || in_place.pods) return true;
  if (in_place.phase == InPlacePhase::kNone || in_place.phase == InPlacePhase::kReplace ||
      in_place.phase == InPlacePhase::kUnknown) {
    return true;
  }
  return PodLooker(situation, in_place).Look();
}

bool SomePodLacksOnlyMetadata(const Situation& situation, const InPlace& in_place) {
  const Workload& workload = situation.workload;
  const in_place::RolloutPods& pods = *in_place.pods;
  const auto has_pods = [&](const ReplicaSet& rs) {
    for (size_t i = 0; i < pods.size(); ++i) {
      if (!pods.standings[i].stand_in && pods.of[i] == rs.template_fingerprint) return true;
    }
    return false;
  };
  return std::ranges::any_of(situation.all, [&](const ReplicaSet* rs) {
    if (rs == in_place.host || rs->template_json == nullptr || !has_pods(*rs)) return false;
    const auto only = in_place::PatchIsMetadataOnly(*rs->template_json, *workload.template_json);
    return only.ok() && *only;
  });
}

bool LooksReadyInFlight(const Situation& situation, const InPlace& in_place) {
  if (!in_place.pods) return false;
  const seconds timeout = PodTimeout(situation);
  for (size_t i = 0; i < in_place.pods->size(); ++i) {
    const in_place::PodStanding& standing = in_place.pods->standings[i];
    const in_place::PodState* state = in_place.pods->state(i);
    if (!standing.in_flight || !standing.ready || standing.exempt || state == nullptr) continue;
    const Pod& pod = *in_place.pods->pods[i];
    if (!in_place::FailureOf(pod, *state, timeout, situation.now)) return true;
  }
  return false;
}

}  // namespace windlass::deployment
