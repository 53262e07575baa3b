#include "controller/in_place/phases/swap_templates.h"

#include <algorithm>
#include <string>
#include <utility>

#include "controller/in_place/phases/decisions.h"
#include "controller/in_place/phases/find_rollout.h"
#include "controller/in_place/phases/patch_pods.h"
#include "controller/in_place/phases/rollout_in_place.h"
#include "controller/in_place/phases/stage.h"
#include "controller/workload/actions/scale.h"
#include "controller/workload/annotations/annotations.h"

namespace windlass::in_place {
namespace {

Write Exchange(Request request, Decision decision, const InPlace& in_place) {
  return {.request = std::move(request),
          .because = {decision,
                      {{"host", in_place.host()->meta.name},
                       {"pending", in_place.pending()->meta.name},
                       {"pods", in_place.counts().pods}}},
          .go_on_if_refused = true};
}

Step OrFailed(Result<Request> request, Decision decision, const InPlace& in_place) {
  if (!request.ok()) return Failed{.error = request.error(), .retry = Retry::kOnSpecChange};
  return Exchange(*std::move(request), decision, in_place);
}

// Returns true if the ReplicaSet controller has seen the host's new template, so that it creates no
// more Pods of the old template (P-057).
bool HostKnowsItsTemplate(const ReplicaSet& host) { return IsObserved(host); }

// Returns true if
//   - the host has all its Pods, all have the target template, and each Pod is either available or
//     not waited for
//   - the stand-ins are gone (P-052)
//   - no step of a Rollout (pauses included) and no partition is in force
//   - the revision was never given up, or a Pod has it: otherwise all Pods that come later would
//     get a revision that has failed, and never worked (P-062)
//
// With a step or partition, a Pod that is created after the exchange may have to get the old
// revision. The host no longer has that revision, so another ReplicaSet would have to make the Pod,
// and Windlass would have to replace it later. InPlaceOnly promises not to replace Pods (P-058).
bool IsReadyToCommit(const InPlace& in_place) {
  if (in_place.pods->holds_back) return false;
  if (in_place.block() != nullptr && !in_place.pods->any_of_host()) return false;
  const ReplicaSet& pending = *in_place.pending();
  const PodCounts& counts = in_place.pods->counts;
  return counts.to_update == 0 && counts.stand_ins == 0 && counts.settled == counts.pods &&
         counts.pods >= in_place.host()->replicas && pending.replicas == 0 &&
         pending.status.replicas == 0 && IsObserved(pending);
}

// Returns true if another controller took over in the middle of the exchange and rolled out with
// another ReplicaSet (P-080). The host is then an old ReplicaSet, which gets neither Pods nor the
// template in the stash (exchange.h). The stash is the annotation that keeps the rollout's template
// during the exchange. The other ReplicaSet has Pods of its own, and
//   - is the new ReplicaSet
//   - or has the template in the stash
//   - or has a revision that is at least the one in the stash
//
// Revisions alone prove nothing, because the other controller ignores the stash. Example: the stash
// has revision 3, and revision 2 was deleted. The other controller gives its new ReplicaSet
// revision 2, although that ReplicaSet is newer than the stash.
//
// An older ReplicaSet that a user scaled up does not count. Giving up the exchange would lose the
// template in the stash from the history (I-11).
bool IsReplaced(const workload::Situation& situation) {
  const InPlace& in_place = InPlaceOf(situation);
  const int64_t stashed = workload::ParseRevision(in_place.stash()->revision).value_or(0);
  return std::ranges::any_of(situation.all, [&](const ReplicaSet* rs) {
    if (rs == in_place.host() || !HasOwnPods(*rs)) return false;
    return rs == situation.new_replica_set ||
           rs->template_fingerprint == in_place.stash()->fingerprint ||
           workload::RevisionOf(rs->meta).value_or(0) >= stashed;
  });
}

// Under Recreate, returns the write that scales down one ReplicaSet of another template, which a
// user has scaled up; nullopt if there is none. While that ReplicaSet has Pods, no late Pod is
// patched (PodsInPlace::beside). A late Pod is one that the ReplicaSet controller created from the
// old template, before it saw the new one.
std::optional<Step> EmptyOthersForRecreate(const workload::Situation& situation) {
  if (!situation.recreate()) return std::nullopt;
  const Stash& stash = *InPlaceOf(situation).stash();
  return EmptyOther(situation, [&](const ReplicaSet& rs) {
    return rs.replicas != 0 && rs.template_fingerprint != stash.fingerprint;
  });
}

}  // namespace

std::optional<Step> BeginExchange(const workload::Situation& situation) {
  const InPlace& in_place = InPlaceOf(situation);
  if (!IsReadyToCommit(in_place)) return std::nullopt;
  const std::shared_ptr<const std::string>& target = in_place.pending()->template_json;
  // The cache has this template only after the workload's settings were written to the pending
  // ReplicaSet (Mirror). The exchange waits for that.
  if (target == nullptr) return std::nullopt;
  return OrFailed(BeginExchange(*in_place.host(), *in_place.host()->template_json,
                                *in_place.pending(), *target),
                  decisions::kExchangePending, in_place);
}

std::optional<Step> AfterExchange(const workload::Situation& situation) {
  const InPlace& in_place = InPlaceOf(situation);
  const ReplicaSet& host = *in_place.host();
  const bool done = HasTaken(host, *in_place.stash());
  if (!IsReplaced(situation) && (!done || !HostKnowsItsTemplate(host))) {
    // If `done` is true, the host must not grow: the ReplicaSet controller may not have seen the
    // new template yet, and would make a Pod with the former one.
    // If `done` is false, the API server refused the new template, and the host only keeps the size
    // of the workload.
    return done ? KeepHostWhileReturning(situation, /*may_grow=*/false)
                : workload::KeepAtSize(situation, host);
  }
  // If a newer template is wanted, the exchange does not wait for Pods that are created late with
  // the old template.
  const bool wanted = situation.wanted.Is(in_place.stash()->fingerprint);
  // If no Pod may be unavailable, the host gets one more Pod before a late Pod is patched, just as
  // in phase returning. The pending ReplicaSet cannot make a stand-in, because it has the former
  // template now.
  if (wanted && in_place.counts_pods() && !IsReplaced(situation)) {
    if (auto step = KeepHostWhileReturning(situation)) return step;
  }
  if (wanted && in_place.counts_pods() && in_place.pods->counts.to_update > 0) {
    if (auto step = EmptyOthersForRecreate(situation)) return step;
    return PatchNextPod(situation);
  }
  if (wanted && in_place.counts_pods()) {
    if (auto step = ResizeNextPod(situation)) return step;
    // Without the stash no resize would be sent any more.
    if (std::ranges::any_of(in_place.pods->all, IsResizeDue)) return std::nullopt;
  }
  // Without the stash an ordinary rollout would count Pods in flight as available if they are
  // Ready. So the stash stays while Pods are in flight.
  if (wanted && in_place.counts_pods() && OthersAreInFlight(in_place)) return std::nullopt;
  if (IsOnlyLate(situation)) return std::nullopt;
  if (wanted && in_place.counts_pods()) {
    const Outcome* listed =
        FindOutcome(situation.learned, workload::ListOfPods(situation.workload).Identity());
    if (listed == nullptr) {
      return workload::ReadPods(situation.workload,
                                "a list must show that no Pod has the old template");
    }
    if (!listed->said.ok()) return Failed{.error = listed->said.error()};
    if (in_place.pods->unseen_births) return std::nullopt;
  }
  return Exchange(ForgetExchange(*in_place.pending()), decisions::kExchangeForget, in_place);
}

std::optional<Step> RecoverExchange(const workload::Situation& situation) {
  const InPlace& in_place = InPlaceOf(situation);
  if (in_place.phase() != InPlacePhase::kCommitting || !in_place.stash()) return std::nullopt;
  if (HasTaken(*in_place.host(), *in_place.stash())) return std::nullopt;
  const bool given_up = IsReplaced(situation);
  Step step =
      given_up ? Exchange(ForgetExchange(*in_place.pending()), decisions::kExchangeGiveUp, in_place)
               : OrFailed(FinishExchange(*in_place.host(), *in_place.stash()),
                          decisions::kExchangeHost, in_place);
  if (Write* write = std::get_if<Write>(&step)) {
    const Outcome* asked = FindOutcome(situation.learned, write->request.Identity());
    if (asked != nullptr && !asked->said.ok()) return std::nullopt;
    if (given_up) return step;
    write->on_success.push_back({Event::Type::kNormal, "InPlaceCommitted",
                                 "Replica set " + in_place.host()->meta.name +
                                     " now has revision " + in_place.stash()->revision +
                                     ", like all of its Pods"});
  }
  return step;
}

}  // namespace windlass::in_place
