#include "controller/deployment/in_place_reserve.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>

#include "controller/in_place/disruption.h"
#include "controller/in_place/reservation.h"
#include "kubeclient/api/time.h"

namespace windlass::deployment {
namespace {

using Json = nlohmann::json;

bool IsWriteTo(const Outcome& outcome, const PodDisruptionBudget& budget) {
  return IsPatchOf(outcome, Resource::kPodDisruptionBudgets, budget.meta, "status");
}

bool IsWriteToAnyBudget(const Outcome& outcome) {
  return outcome.asked.verb == Verb::kPatch &&
         outcome.asked.resource == Resource::kPodDisruptionBudgets;
}

// Another try would end in the same way.
bool IsForGood(const Outcome& outcome) {
  if (outcome.said.ok()) return false;
  const ErrorKind kind = outcome.said.error().kind;
  return kind == ErrorKind::kForbidden || kind == ErrorKind::kInvalid ||
         kind == ErrorKind::kWebhook;
}

bool WasRefused(const Learned& learned, const PodDisruptionBudget& budget) {
  return std::ranges::any_of(learned, [&](const Outcome& outcome) {
    return !outcome.said.ok() && IsWriteTo(outcome, budget);
  });
}

// The answer to a write says that the Pod has an entry of that time.
bool Says(const Reply& reply, const std::string& pod, WallTime since) {
  const Json budget = Json::parse(reply.body, nullptr, /*allow_exceptions=*/false);
  const Json::json_pointer place("/status/disruptedPods");
  return budget.is_object() && budget.contains(place) && budget[place].is_object() &&
         budget[place].value(pod, Json()) == FormatTime(since);
}

// Whether the last writes before outcome `end` of this sync were reservations, and one of them made
// the Pod's entry in `budget`.
bool WroteEntry(const Learned& learned, size_t end, const PodDisruptionBudget& budget,
                const Pod& pod, WallTime since) {
  for (size_t i = end; i-- > 0;) {
    const Outcome& outcome = learned[i];
    if (outcome.asked.verb == Verb::kGet) continue;
    if (!IsWriteToAnyBudget(outcome)) return false;
    if (!IsWriteTo(outcome, budget) || !outcome.said.ok()) continue;
    return Says(*outcome.said, pod.meta.name, since);
  }
  return false;
}

// Made in this sync for a patch that the server then would not have.
bool IsInVain(const Learned& learned, const PodDisruptionBudget& budget, const Pod& pod,
              WallTime since) {
  for (size_t i = 0; i < learned.size(); ++i) {
    const bool of_pod = IsPatchOf(learned[i], Resource::kPods, pod.meta) ||
                        IsPatchOf(learned[i], Resource::kPods, pod.meta, "status");
    if (!of_pod || !IsForGood(learned[i])) continue;
    if (WroteEntry(learned, i, budget, pod, since)) return true;
  }
  return false;
}

// The next write puts it back into traffic, and may take away what its state says.
bool EndsDrain(const InPlace& in_place, const Pod& pod) {
  for (size_t i = 0; i < in_place.drain.size(); ++i) {
    if (in_place.pods->pods[i] != &pod) continue;
    return in_place.drain[i].what == in_place::DrainStep::Do::kEnd;
  }
  return false;
}

bool IsToRelease(const Situation& situation, const PodDisruptionBudget& budget, const Pod& pod,
                 WallTime since) {
  if (pod.meta.deleting()) return false;  // perhaps evicted, and gone by itself
  if (IsInVain(situation.learned, budget, pod, since)) return true;
  const auto state = in_place::PodStateOf(pod);
  if (!state || !state->ok() || (*state)->deployment != situation.deployment.meta.uid) return false;
  if (in_place::IsOver(pod, &**state, since, situation.now)) return true;
  return (*state)->reserved == since && EndsDrain(situation.in_place, pod);
}

Write OfBudget(const PodDisruptionBudget& budget, const Pod& pod, Request request,
               std::string decision) {
  return {.request = std::move(request),
          .because = {std::move(decision),
                      {{"budget", budget.meta.name},
                       {"pod", pod.meta.name},
                       {"disruptions_allowed", budget.disruptions_allowed}}},
          .go_on_if_refused = true};
}

}  // namespace

Reservation ReserveFor(const Situation& situation, size_t i) {
  const in_place::RolloutPods& pods = *situation.in_place.pods;
  const std::vector<const PodDisruptionBudget*>& budgets = situation.view.budgets;
  Reservation out;
  if (situation.in_place.options().pdb != in_place::PdbPolicy::kReserve) return out;
  const Pod& pod = *pods.pods[i];
  if (const auto* budget = in_place::BudgetToReserve(pod, pods.standings[i], budgets)) {
    out.refused = WasRefused(situation.learned, *budget);
    out.first = OfBudget(*budget, pod, in_place::Reserve(*budget, pod, budgets, situation.now),
                         "reserve disruption");
    return out;
  }
  for (const PodDisruptionBudget* budget : budgets) {
    const auto since = budget->DisruptedSince(pod.meta.name);
    if (!since || !in_place::Selects(*budget, pod)) continue;
    if (WroteEntry(situation.learned, situation.learned.size(), *budget, pod, *since)) {
      out.reserved = since;
    }
  }
  return out;
}

std::optional<Step> ReleaseReservations(const Situation& situation) {
  for (const PodDisruptionBudget* budget : situation.view.budgets) {
    for (const DisruptedPod& entry : budget->disrupted_pods) {
      const auto& pods = situation.view.whole_pods;
      const auto found =
          std::ranges::find_if(pods, [&](const Pod* pod) { return pod->meta.name == entry.name; });
      if (found == pods.end() || !IsToRelease(situation, *budget, **found, entry.since)) continue;
      if (WasRefused(situation.learned, *budget)) continue;
      return OfBudget(*budget, **found, in_place::Release(*budget, **found), "release disruption");
    }
  }
  return std::nullopt;
}

const Outcome* RefusedReservation(const Learned& learned) {
  const auto found = std::ranges::find_if(learned, [](const Outcome& outcome) {
    return IsWriteToAnyBudget(outcome) && IsForGood(outcome);
  });
  return found == learned.end() ? nullptr : &*found;
}

}  // namespace windlass::deployment
