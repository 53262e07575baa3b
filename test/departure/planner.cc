#include "test/departure/planner.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "controller/kind/conditions.h"
#include "controller/kind/status.h"
#include "test/departure/rulings.h"
#include "test/departure/tower.h"

namespace windlass::departure {
namespace {

struct Situation {
  const Departure& departure;
  const Pod* pod;
  const Learned& learned;
  WallTime now;

  const DepartureSpec& spec() const { return departure.spec; }
  // Returns true if `pod` is the Pod that the status names.
  bool HasPassenger() const {
    return pod != nullptr && departure.status.pod && pod->meta.uid == departure.status.pod->uid;
  }
};

// --- the finalizer ---

Step AddFinalizer(const Situation& situation) {
  const Departure& departure = situation.departure;
  return kind::WriteOnce({departure.finalizers.Add(kDepartures, departure.meta, kFinalizer),
                          {Decision{"add finalizer"}, {}}},
                         situation.learned, Wait{});
}

// The Event names the Departure itself, which may be gone when the Event is sent.
Step RemoveFinalizer(const Situation& situation) {
  const Departure& departure = situation.departure;
  Write write{departure.finalizers.Remove(kDepartures, departure.meta, kFinalizer),
              {Decision{"remove finalizer"}, {}}};
  if (situation.HasPassenger() && !situation.pod->meta.deleting()) {
    write.on_success.push_back(
        {.reason = "PodStays",
         .message = "Pod " + situation.spec().pod + " stays, because the Departure was deleted.",
         .about = ReferenceTo(kDepartures, departure.meta)});
  }
  return kind::WriteOnce(std::move(write), situation.learned, Wait{});
}

// --- the status ---

Json ToJson(const DepartureStatus& status) {
  Json pod;
  if (status.pod) pod = {{"name", status.pod->name}, {"uid", status.pod->uid.ToString()}};
  return {{"observedGeneration", status.observed_generation},
          {"phase", status.phase},
          {"message", status.message},
          {"pod", std::move(pod)},
          {"conditions", kind::ToJson(status.conditions)}};
}

// Returns an Event if the reason of the Departure's state has changed.
std::vector<Event> NewsIn(const kind::Ruling& ruling, const DepartureStatus& stored) {
  const Condition* ready = FindCondition(stored.conditions, kind::kReadyCondition);
  if (ready != nullptr && ready->reason == ruling.reason) return {};
  const bool stalled = ruling.way == kind::Way::kStalled;
  return {{.type = stalled ? Event::Type::kWarning : Event::Type::kNormal,
           .reason = ruling.reason,
           .message = ruling.message}};
}

// Returns the write of the status that follows from `ruling`, with `pod` as the Pod that this
// Departure is about; `then` if that is stored or was written in this sync.
Step Say(const Situation& situation, const kind::Ruling& ruling,
         const std::optional<Passenger>& pod, Step then) {
  const auto& [meta, finalizers, spec, stored] = situation.departure;
  const DepartureStatus draft = {
      .observed_generation = meta.generation,
      .phase = std::string(ruling.phase),
      .message = ruling.message,
      .pod = pod,
      .conditions = kind::ConditionsOf(ruling, meta.generation, stored.conditions, situation.now)};
  if (draft == stored) return then;
  Write write{kind::WriteStatus(kDepartures, meta, ToJson(draft)),
              {Decision{"update status"}, {{"phase", draft.phase}}},
              NewsIn(ruling, stored)};
  return kind::WriteOnce(std::move(write), situation.learned, std::move(then));
}

// As above, with the Pod that the status names already.
Step Say(const Situation& situation, const kind::Ruling& ruling, Step then = Wait{}) {
  return Say(situation, ruling, situation.departure.status.pod, std::move(then));
}

// --- the tower, and the eviction ---

// Returns the step that is due before the Pod may go; nullopt if the tower has cleared it.
std::optional<Step> AskTower(const Situation& situation) {
  const DepartureSpec& spec = situation.spec();
  const std::string pod = KeyOf(situation.pod->meta).ToString();
  const Ask ask{.key = spec.tower + " " + pod,
                .question = AnyValue::Of(Question{spec.tower, pod}),
                .why = "the Pod needs a clearance",
                .go_on_if_failed = true};
  const Outcome* told = FindOutcome(situation.learned, IdentityOf(ask));
  if (told == nullptr) return ask;
  // Not Failed: the kind of a tower's error says nothing about the API server.
  if (!told->said.ok()) return Say(situation, NoAnswer(spec, told->said.error()), Wait{kAskAgain});
  const auto& clearance = told->value.Get<Clearance>();
  if (!clearance.granted) return Say(situation, NotCleared(spec, clearance), Wait{kAskAgain});
  return std::nullopt;
}

Step AfterRefusal(const Situation& situation, const Error& error) {
  const DepartureSpec& spec = situation.spec();
  if (error.kind == ErrorKind::kDisruptionBudget) {
    return Say(situation, BudgetRefuses(spec, error),
               Wait{std::max<Duration>(kEvictAgain, milliseconds(error.retry_after_ms))});
  }
  return Say(situation, Refused(spec, error), Failed{error});
}

Step Evict(const Situation& situation) {
  const ObjectMeta& pod = situation.pod->meta;
  const Request request = Request::Evict(KeyOf(pod), pod.uid);
  const Outcome* sent = FindOutcome(situation.learned, request.Identity());
  if (sent == nullptr) {
    return Write{request,
                 {kEvictPod, {{"pod", pod.name}}},
                 {{.reason = "Evicted",
                   .message = "Evicted for Departure " + situation.departure.meta.name + ".",
                   .about = ReferenceTo(resources::kPods, pod)}}};
  }
  if (!sent->said.ok()) return AfterRefusal(situation, sent->said.error());
  return Say(situation, Departing(situation.spec()));
}

}  // namespace

Step Next(const View& view, const Learned& learned, WallTime now) {
  const Situation situation{view.departure, view.pod, learned, now};
  const auto& [meta, finalizers, spec, status] = view.departure;
  const bool holds = finalizers.Has(kFinalizer);
  if (meta.deleting()) return holds ? RemoveFinalizer(situation) : Step(Wait{});
  if (!holds) return AddFinalizer(situation);

  if (spec.pod.empty()) return Say(situation, NoPodNamed(), std::nullopt, Wait{});
  if (!status.pod || status.pod->name != spec.pod) {
    if (view.pod == nullptr) return Say(situation, NoSuchPod(spec), std::nullopt, Wait{});
    return Say(situation, Chosen(spec), Passenger{spec.pod, view.pod->meta.uid}, Wait{});
  }
  if (!situation.HasPassenger()) return Say(situation, Departed(spec));
  if (view.pod->meta.deleting()) return Say(situation, Departing(spec));
  if (!spec.tower.empty() && !view.has_tower) return Say(situation, NoTower(spec));
  if (!spec.tower.empty()) {
    if (std::optional<Step> first = AskTower(situation)) return *std::move(first);
  }
  return Evict(situation);
}

}  // namespace windlass::departure
