#include "controller/in_place/phases/rollout_in_place.h"

#include <algorithm>
#include <type_traits>

#include "controller/in_place/pod/resize.h"
#include "controller/workload/annotations/annotations.h"
#include "kubeclient/base/assert.h"

namespace windlass::in_place {
namespace {

// InPlace::phase casts the index of the variant to InPlacePhase, so the enumerators must have the
// order of the variant's alternatives.
template <InPlacePhase phase, typename T>
constexpr bool kIsNameOf =
    std::is_same_v<std::variant_alternative_t<static_cast<size_t>(phase), phases::Any>, T>;
static_assert(kIsNameOf<InPlacePhase::kNone, phases::None>);
static_assert(kIsNameOf<InPlacePhase::kDeciding, phases::Deciding>);
static_assert(kIsNameOf<InPlacePhase::kStaged, phases::Staged>);
static_assert(kIsNameOf<InPlacePhase::kReturning, phases::Returning>);
static_assert(kIsNameOf<InPlacePhase::kCommitting, phases::Committing>);
static_assert(kIsNameOf<InPlacePhase::kReplace, phases::Replacing>);
static_assert(kIsNameOf<InPlacePhase::kRefused, phases::Refused>);
static_assert(kIsNameOf<InPlacePhase::kUnknown, phases::Unknown>);

template <typename T>
const T* Inside(const T& value) {
  return &value;
}

template <typename T>
const T* Inside(const std::optional<T>& value) {
  return value ? &*value : nullptr;
}

// Returns what `get` returns for the present phase; an empty R if `get` does not accept that phase,
// because the phase lacks the member.
template <typename R, typename Get>
R OfPhase(const phases::Any& now, Get get) {
  return std::visit(
      [&get](const auto& phase) -> R {
        if constexpr (std::is_invocable_v<Get, decltype(phase)>) {
          return get(phase);
        } else {
          return {};
        }
      },
      now);
}

// Returns true if `rs` was made for an update in place, and no write has changed its spec since.
// Windlass creates it with 0 Pods. So any other size is from a mutating admission policy, and from
// no other client.
bool WasSizedAtCreation(const ReplicaSet& rs) {
  if (rs.meta.generation > 1) return false;
  const auto mode = ModeOf(rs, workload::RevisionText(rs.meta));
  return mode && mode->mode == Mode::kInPlace;
}

}  // namespace

const ReplicaSet* InPlace::host() const {
  return OfPhase<const ReplicaSet*>(
      now, [](const auto& phase) -> decltype(phase.host) { return phase.host; });
}

const Pending* InPlace::pending_notes() const {
  return OfPhase<const Pending*>(now, [](const auto& phase) -> decltype(Inside(phase.pending)) {
    return Inside(phase.pending);
  });
}

const ReplicaSet* InPlace::pending() const {
  const Pending* notes = pending_notes();
  return notes == nullptr ? nullptr : notes->replica_set;
}

const Block* InPlace::block() const {
  const Pending* notes = pending_notes();
  return notes == nullptr ? nullptr : Inside(notes->block);
}

const std::string* InPlace::blocked() const {
  const Block* given_up = block();
  return given_up == nullptr || given_up->tried_since ? nullptr : &given_up->reason;
}

const std::string* InPlace::held() const {
  const Pending* notes = pending_notes();
  return notes == nullptr ? nullptr : Inside(notes->held);
}

const Stash* InPlace::stash() const {
  return OfPhase<const Stash*>(
      now, [](const auto& phase) -> decltype(Inside(phase.stash)) { return Inside(phase.stash); });
}

const LeftPods* InPlace::left() const {
  return OfPhase<const LeftPods*>(
      now, [](const auto& phase) -> decltype(&phase.left) { return &phase.left; });
}

const std::string* InPlace::replace_soon() const {
  const auto* deciding = std::get_if<phases::Deciding>(&now);
  return deciding == nullptr ? nullptr : Inside(deciding->replace_soon);
}

const NotEligible* InPlace::against() const {
  const auto* staged = std::get_if<phases::Staged>(&now);
  return staged == nullptr ? nullptr : Inside(staged->against);
}

Cause InPlace::why() const {
  return OfPhase<Cause>(now,
                        [](const auto& phase) -> decltype(Cause(phase.why)) { return phase.why; });
}

const InPlaceState& InPlaceStateOf(const workload::Situation& situation) {
  WL_ASSERT(situation.extension_state != nullptr);
  return static_cast<const InPlaceState&>(*situation.extension_state);
}

const InPlace& InPlaceOf(const workload::Situation& situation) {
  return *InPlaceStateOf(situation).in_place;
}

std::string WhatIsNotSeen(const workload::Situation& situation) {
  const std::string& missing = situation.view.in_place_missing;
  return missing.empty() ? "" : "Windlass cannot see " + missing;
}

bool GoesBackFirst(const workload::Situation& situation, const InPlace& in_place) {
  return in_place.phase() == InPlacePhase::kReturning &&
         in_place.host() != situation.new_replica_set;
}

std::optional<RolloutMode> DecisionOf(const InPlace& in_place) {
  if (const auto* replacing = std::get_if<phases::Replacing>(&in_place.now)) {
    return RolloutMode{.mode = Mode::kReplace, .reason = NoteOf(replacing->why)};
  }
  const auto* deciding = std::get_if<phases::Deciding>(&in_place.now);
  if (deciding == nullptr || deciding->replace_soon) return std::nullopt;
  return RolloutMode{.mode = Mode::kInPlace,
                     .host = deciding->host->meta.uid,
                     .from = deciding->host->template_fingerprint,
                     .generation = deciding->host->meta.generation};
}

bool HasStandIns(const ReplicaSet& rs) {
  return rs.replicas > 0 && (NotedStandIns(rs) == rs.replicas || WasSizedAtCreation(rs));
}

bool HasOwnPods(const ReplicaSet& rs) { return rs.replicas > 0 && !HasStandIns(rs); }

bool IsResizeDue(const RolloutPod& pod) {
  const PodState* state = pod.state();
  return state != nullptr && pod.of == state->target &&
         ResizeStepOf(*pod.pod, *state) == ResizeStep::kDue;
}

bool OthersAreInFlight(const InPlace& in_place) {
  return std::ranges::any_of(in_place.pods->all, [](const RolloutPod& pod) {
    return pod.standing.in_flight && pod.standing.waited_for() && !pod.verdict.failed &&
           !pod.verdict.left_out;
  });
}

}  // namespace windlass::in_place
