#include "controller/in_place/phases/patch_pods.h"

#include <algorithm>
#include <string>
#include <utility>

#include "controller/in_place/phases/decisions.h"
#include "controller/in_place/phases/refused_patches.h"
#include "controller/in_place/phases/rollout_in_place.h"
#include "controller/in_place/pod/nodes.h"
#include "controller/in_place/pod/resize.h"
#include "controller/in_place/traffic/drain_steps.h"
#include "controller/in_place/traffic/patch_for.h"
#include "controller/workload/annotations/annotations.h"
#include "kubeclient/api/parts.h"

namespace windlass::in_place {
namespace {

// Returns the template with this fingerprint. Its text is empty if no ReplicaSet of the workload
// has the template any more, or if the cache does not keep the text.
KnownTemplate Find(const workload::Situation& situation, const Fingerprint& fingerprint) {
  for (const ReplicaSet* rs : situation.all) {
    if (rs->template_fingerprint == fingerprint && rs->template_json != nullptr) {
      return {fingerprint, *rs->template_json};
    }
  }
  return {fingerprint, {}};
}

// Returns the template that the Pods are to get, with its revision: during an exchange the stashed
// template, otherwise the wanted template.
PodTarget Target(const workload::Situation& situation) {
  const InPlace& in_place = InPlaceOf(situation);
  PodTarget target;
  target.deployment = situation.workload.meta.uid;
  if (in_place.stash()) {
    target.revision = workload::ParseRevision(in_place.stash()->revision).value_or(0);
    target.to = {in_place.stash()->fingerprint, in_place.stash()->template_json};
    return target;
  }
  target.revision = situation.new_replica_set != nullptr
                        ? workload::RevisionOf(situation.new_replica_set->meta).value_or(0)
                        : 0;
  target.to = {situation.wanted.fingerprint, *situation.wanted.json};
  return target;
}

PodTarget BackToHost(const workload::Situation& situation) {
  const ReplicaSet& host = *InPlaceOf(situation).host();
  return {.deployment = situation.workload.meta.uid,
          .revision = workload::RevisionOf(host.meta).value_or(0),
          .to = {host.template_fingerprint, *host.template_json}};
}

Event AboutPod(const Pod& pod, std::string changes) {
  return {.type = Event::Type::kNormal,
          .reason = "InPlacePatched",
          .message = std::move(changes),
          .about = ReferenceTo(resources::kPods, pod.meta)};
}

// Adds an Event at every quarter of the rollout. Example with 8 Pods: at patches 2, 4, 6 and 8.
void TellProgress(const workload::Situation& situation, Write& write) {
  const int64_t all = situation.workload.replicas;
  const int64_t patched = InPlaceOf(situation).pods->counts.patched;
  if (all <= 0 || patched * 4 / all == (patched + 1) * 4 / all) return;
  write.on_success.push_back(
      {Event::Type::kNormal, "InPlaceProgress",
       std::to_string(patched + 1) + " of " + std::to_string(all) + " Pods are patched"});
}

constexpr std::string_view kReadOfPod[] = {"/spec/tolerations"};

Step Patch(const workload::Situation& situation, const RolloutPod& one, const PodTarget& target) {
  const Pod& pod = *one.pod;
  const Outcome* read =
      FindOutcome(situation.learned, Request::Get(resources::kPods, KeyOf(pod.meta)).Identity());
  const bool heard = KubeletHeardSince(pod, situation.view.nodes).has_value();
  auto patch =
      PatchFor(pod, one.state(), Find(situation, one.of), target,
               read != nullptr ? read->value.As<std::string>() : nullptr,
               {.now = situation.now, .heard = heard, .available = one.standing.available});
  if (!patch.ok()) return Failed{.error = patch.error(), .retry = Retry::kBackOff};
  if (const Request* get = std::get_if<Request>(&*patch)) {
    return Read{.request = *get,
                .why = "the patch needs the Pod's tolerations, which the cache lacks",
                .digest = DigestBy(
                    [](std::string_view pod_json) { return KeepParts(pod_json, kReadOfPod); })};
  }
  PodPatch& ready = std::get<PodPatch>(*patch);
  const PodCounts& counts = InPlaceOf(situation).pods->counts;
  Write write{.request = std::move(ready.request),
              .because = {decisions::kPatchPod,
                          {{"pod", pod.meta.name},
                           {"node", pod.node_name.text()},
                           {"revision", target.revision},
                           {"changes", ready.changes},
                           {"updated", counts.updated},
                           {"in_flight", counts.in_flight},
                           {"available", counts.available},
                           {"max_unavailable", InPlaceOf(situation).options().max_unavailable}}},
              .go_on_if_refused = true,
              .needs_recent_view = true};
  write.on_success.push_back(AboutPod(pod, std::move(ready.changes)));
  return write;
}

Write OfPod(const Pod& pod, Request request, Decision decision) {
  return {.request = std::move(request),
          .because = {decision, {{"pod", pod.meta.name}, {"node", pod.node_name.text()}}},
          .go_on_if_refused = true,
          .needs_recent_view = true};
}

Step BeginDrain(const workload::Situation& situation, const RolloutPod& one) {
  const Pod& pod = *one.pod;
  const Unpatched unpatched{
      .deployment = situation.workload.meta.uid,
      .revision = workload::RevisionOf(InPlaceOf(situation).host()->meta).value_or(0),
      .of = one.of};
  Result<Request> request =
      BeginDrain(InPlaceOf(situation).options(), pod, one.state(), unpatched, situation.now);
  if (!request.ok()) return Failed{.error = request.error()};
  return OfPod(pod, *std::move(request), decisions::kDrainPod);
}

// Returns the text of the template with this fingerprint; empty if no object has that template any
// more, or if the cache does not keep its text.
std::string_view TextOf(const workload::Situation& situation, const Fingerprint& fingerprint) {
  const KnownTemplate known = Find(situation, fingerprint);
  if (!known.json.empty()) return known.json;
  const workload::WantedTemplate& wanted = situation.wanted;
  if (wanted.Is(fingerprint) && wanted.json != nullptr) return *wanted.json;
  const Stash* stash = InPlaceOf(situation).stash();
  return stash && stash->fingerprint == fingerprint ? stash->template_json : std::string_view();
}

// Returns true if this sync has sent a write with this decision to this Pod. Compares no bodies:
// the body that opens or closes a gate contains the time, and the clock goes on during a sync.
bool WasTried(const Learned& learned, const Pod& pod, const Decision& decision) {
  return std::ranges::any_of(learned, [&](const Outcome& outcome) {
    return outcome.decided == decision && outcome.asked.resource == resources::kPods &&
           outcome.asked.key == KeyOf(pod.meta);
  });
}

// Returns the write that returns a Pod to traffic; nullopt if this sync has tried that already.
// `of` is the template that the Pod has.
std::optional<Step> EndDrain(const workload::Situation& situation, const Pod& pod,
                             const PodState* state, const Fingerprint& of) {
  if (WasTried(situation.learned, pod, decisions::kUndrainPod)) return std::nullopt;
  Result<Request> request =
      EndDrain(InPlaceOf(situation).options(), pod, state, TextOf(situation, of), situation.now);
  if (!request.ok()) return Failed{.error = request.error()};
  return OfPod(pod, *std::move(request), decisions::kUndrainPod);
}

// Returns true if the Pod is drained and may be restarting. Reads the state from `in_place` and not
// from the Pod, because the Pod may have lost its annotation.
bool RestartsOutOfTraffic(const InPlace& in_place, const Pod& pod) {
  if (!in_place.pods) return false;
  const auto one = std::ranges::find(in_place.pods->all, &pod, &RolloutPod::pod);
  if (one == in_place.pods->all.end() || !one->our_state) return false;
  return one->our_state->drain && one->standing.in_flight;
}

}  // namespace

const Error* RefusedOfPods(const Learned& learned) {
  const auto found = std::ranges::find_if(learned, [](const Outcome& outcome) {
    const RequestKey& asked = outcome.asked;
    return !outcome.said.ok() && asked.verb == Verb::kPatch && asked.resource == resources::kPods;
  });
  return found == learned.end() ? nullptr : &found->said.error();
}

std::optional<Step> PatchNextPod(const workload::Situation& situation) {
  using Do = DrainStep::Do;
  const InPlace& in_place = InPlaceOf(situation);
  if (!in_place.pods) return std::nullopt;
  for (const RolloutPod* pod : in_place.pods->next.batch) {
    const DrainStep& drain = pod->verdict.drain;
    if (drain.what != Do::kBegin && drain.what != Do::kPatch) continue;
    if (drain.what == Do::kBegin) return BeginDrain(situation, *pod);
    const bool back = GoesBackFirst(situation, in_place);
    Step step = Patch(situation, *pod, back ? BackToHost(situation) : Target(situation));
    if (Write* write = std::get_if<Write>(&step)) TellProgress(situation, *write);
    return step;
  }
  return std::nullopt;
}

std::optional<Step> ResizeNextPod(const workload::Situation& situation) {
  const InPlace& in_place = InPlaceOf(situation);
  if (!in_place.pods || in_place.pods->waits_for_next_try()) return std::nullopt;
  const std::vector<const RolloutPod*>& batch = in_place.pods->next.batch;
  for (const RolloutPod& one : in_place.pods->all) {
    const Pod& pod = *one.pod;
    if (one.lost || !IsResizeDue(one) || one.verdict.refused) continue;
    if (WasTried(situation.learned, pod, decisions::kResizePod)) continue;
    if (std::ranges::find(batch, &one) != batch.end()) continue;
    Result<Request> request = ResizePod(pod, *one.state());
    if (!request.ok()) return Failed{.error = request.error(), .retry = Retry::kBackOff};
    return OfPod(pod, *std::move(request), decisions::kResizePod);
  }
  return std::nullopt;
}

std::optional<Step> RestoreStates(const workload::Situation& situation) {
  const InPlace& in_place = InPlaceOf(situation);
  if (!in_place.pods) return std::nullopt;
  // How many Pods still lack their state although this sync has patched them, or tried to. After
  // kRefusalsMax such Pods, this sync tries no further ones: patches of those would probably fail
  // to restore the state, too, and a sync should send few requests. A later sync tries them.
  int in_vain = 0;
  for (const RolloutPod& one : in_place.pods->all) {
    if (!one.lost) continue;
    const Pod& pod = *one.pod;
    if (WasRefused(situation.learned, pod) || WasPatched(situation.learned, pod)) {
      if (++in_vain == kRefusalsMax) break;
      continue;
    }
    Result<Request> request = RestoreState(pod, *one.state());
    if (!request.ok()) return Failed{.error = request.error(), .retry = Retry::kBackOff};
    return OfPod(pod, *std::move(request), decisions::kRestoreState);
  }
  return std::nullopt;
}

std::optional<Step> EndDrains(const workload::Situation& situation) {
  const InPlace& in_place = InPlaceOf(situation);
  if (in_place.pods) {
    for (const RolloutPod& one : in_place.pods->all) {
      if (one.verdict.drain.what != DrainStep::Do::kEnd) continue;
      if (auto step = EndDrain(situation, *one.pod, one.state(), one.of)) return step;
    }
  }
  if (const LeftPods* left = in_place.left()) {
    for (const LeftDrained& one : left->drained) {
      if (auto step = EndDrain(situation, *one.pod, &one.state, one.state.target)) return step;
    }
  }
  return std::nullopt;
}

std::optional<Step> OpenGates(const workload::Situation& situation) {
  const auto& pods = situation.view.whole_pods;
  if (!situation.view.in_place_known || pods.empty()) return std::nullopt;
  const auto refusals = std::ranges::count_if(situation.learned, [](const Outcome& outcome) {
    return !outcome.said.ok() && outcome.decided == decisions::kOpenGate;
  });
  if (refusals > kRefusalsMax) return std::nullopt;
  const auto second = static_cast<size_t>(situation.now.unix_seconds);
  const size_t first = refusals < kRefusalsMax ? 0 : second % pods.size();
  for (size_t i = 0; i < pods.size(); ++i) {
    const Pod& pod = *pods[(first + i) % pods.size()];
    if (WasTried(situation.learned, pod, decisions::kOpenGate)) continue;
    std::optional<Request> request = KeepGateOpen(pod, situation.workload.meta.uid, situation.now);
    if (!request || RestartsOutOfTraffic(InPlaceOf(situation), pod)) continue;
    return OfPod(pod, *std::move(request), decisions::kOpenGate);
  }
  return std::nullopt;
}

std::optional<Error> RefusedTraffic(const Learned& learned) {
  const auto refused = std::ranges::find_if(learned, [](const Outcome& outcome) {
    const bool lets_in =
        outcome.decided == decisions::kOpenGate || outcome.decided == decisions::kUndrainPod;
    return lets_in && !outcome.said.ok() && IsRefusal(outcome.said.error().kind);
  });
  if (refused == learned.end()) return std::nullopt;
  Error error = refused->said.error();
  error.message = RefusalText(refused->asked, error);
  return error;
}

std::optional<Step> RevertNextPod(const workload::Situation& situation) {
  const InPlace& in_place = InPlaceOf(situation);
  int refused = 0;
  const PodsInPlace& pods = *in_place.pods;
  if (pods.beside) return std::nullopt;
  for (const RolloutPod& one : pods.all) {
    if (!one.verdict.failed || one.standing.stand_in) continue;
    if (pods.waits_for_next_try() || refused >= kRefusalsMax) break;
    if (!WasRefused(situation.learned, *one.pod)) {
      return Patch(situation, one, BackToHost(situation));
    }
    ++refused;
  }
  return std::nullopt;
}

}  // namespace windlass::in_place
