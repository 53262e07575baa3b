#include "test/departure/departure_controller.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "controller/kind/watch/watched_kind.h"
#include "controller/runtime/live_pods.h"
#include "controller/runtime/needed_right.h"
#include "controller/runtime/watched_resource.h"
#include "test/departure/crd.h"
#include "test/departure/departure.h"
#include "test/departure/planner.h"

namespace windlass {
namespace {

using departure::Departure;
using departure::kDepartures;

constexpr Metric kEvictions{"windlass_departures_evictions_total", MetricType::kCounter,
                            "Pods evicted for Departures."};

// Returns the key of the Pod that the Departure names; nullopt if it names none.
std::optional<ObjectKey> PodOf(const Departure& departure) {
  if (departure.spec.pod.empty()) return std::nullopt;
  return ObjectKey{departure.meta.namespace_, departure.spec.pod};
}

class DepartureController final : public WatchingController {
 public:
  DepartureController(ControllerHost& host, departure::Tower tower)
      : host_(host),
        tower_(std::move(tower)),
        departures_(host, departure::kCrd, &departure::DecodeDeparture),
        pods_(host, WholePods(host.informers())),
        by_pod_(departures_.store().AddIndex(&PodOf)) {
    departures_.store().OnChange([this](const Change<Departure>& change) {
      const Departure* shown = change.new_object ? change.new_object : change.old_object;
      host_.Wake(KeyOf(shown->meta), Wake::kSpecChange);
    });
    pods_.store().OnChange([this](const Change<Pod>& change) { PodChanged(change); });
  }

  std::string_view kind() const override { return kDepartures.kind; }
  std::string_view log_field() const override { return "departure"; }
  std::string_view component() const override { return "departure-controller"; }

  void Start() override {
    departures_.Start();
    pods_.Start();
  }
  void Stop() override {
    pods_.Stop();
    departures_.Stop();
  }
  bool WaitsForApi() const override { return departures_.WaitsForApi(); }
  bool HasSynced() const override { return departures_.HasSynced() && pods_.HasSynced(); }
  std::vector<ComparedCache> ComparedCaches() const override {
    return {departures_.Compared(), pods_.Compared()};
  }
  std::vector<std::string> Troubles() const override {
    std::vector<std::string> troubles = departures_.Troubles();
    troubles.push_back(pods_.Trouble());
    std::erase(troubles, "");
    return troubles;
  }
  std::vector<NeededRight> RightsNeeded() const override;
  void ForEachKey(const std::function<void(const ObjectKey&)>& visit) const override {
    departures_.store().ForEach([&](const Departure& object) { visit(KeyOf(object.meta)); });
  }

  std::optional<Step> Next(const ObjectKey& key, const Learned& learned, WallTime now) override {
    const Departure* object = departures_.store().Find(key);
    if (object == nullptr) return std::nullopt;
    const std::optional<ObjectKey> pod = PodOf(*object);
    // No decision uses an earlier version of an object that cannot be read.
    const bool unreadable =
        departures_.quarantined().contains(key) || (pod && pods_.quarantined().contains(*pod));
    if (unreadable) return Wait{};
    return departure::Next({*object, pod ? pods_.store().Find(*pod) : nullptr, tower_ != nullptr},
                           learned, now);
  }
  CancelQuestion Send(const Ask& ask, AnswerHandler answer) override;
  // An eviction is sent only while the caches are up to date.
  std::optional<MonotonicTime> ViewAt(const Request& /*write*/) const override {
    return std::min(departures_.view_at(), pods_.view_at());
  }
  std::optional<ObjectReference> Reference(const ObjectKey& key) const override {
    const Departure* object = departures_.store().Find(key);
    if (object == nullptr) return std::nullopt;
    return ReferenceTo(kDepartures, object->meta);
  }
  // No fence is needed. Patches of a Departure have a version or a test. A late eviction by a
  // former leader ends only the Pod that the Departure was about.
  std::optional<std::vector<Request>> FenceWrites(const ObjectKey&,
                                                  std::string_view) const override {
    return std::vector<Request>();
  }
  void Written(const Because& because) override {
    if (because.decision == departure::kEvictPod) ++evictions_;
  }
  void AddFigures(Figures& figures) const override { figures.Count(kEvictions, evictions_); }

 private:
  void PodChanged(const Change<Pod>& change);

  ControllerHost& host_;
  departure::Tower tower_;
  kind::WatchedKind<Departure> departures_;
  WatchedResource<Pod> pods_;
  const StoreIndex<Departure, ObjectKey>& by_pod_;
  uint64_t evictions_ = 0;
};

std::vector<NeededRight> DepartureController::RightsNeeded() const {
  RightsList rights(host_.informers().watched_namespace(),
                    {.right = {}, .manifest = departure::kCrd.rights});
  rights.Add(kDepartures, "", {"get", "list", "watch", "patch"});
  rights.Add(kDepartures, "status", {"patch"});
  rights.Add(resources::kPods, "", {"get", "list", "watch"});
  rights.Add(resources::kPods, "eviction", {"create"});
  rights.Add(kind::RightToRead(departure::kCrd));
  return std::move(rights).Take();
}

Controller::CancelQuestion DepartureController::Send(const Ask& ask, AnswerHandler answer) {
  const auto told = [answer = std::move(answer)](Result<departure::Clearance> said) {
    if (!said.ok()) return answer(std::move(said).error());
    answer(AnyValue::Of(*std::move(said)));
  };
  return tower_(ask.question.Get<departure::Question>(), told);
}

// Wakes the Departures that name the Pod, unless nothing has changed that they look at.
void DepartureController::PodChanged(const Change<Pod>& change) {
  const Pod* before = change.old_object;
  const Pod* now = change.new_object;
  const bool same =
      before != nullptr && now != nullptr && before->meta.deleting() == now->meta.deleting();
  if (same) return;
  const ObjectKey pod = KeyOf((now != nullptr ? now : before)->meta);
  for (const Departure* object : departures_.store().By(by_pod_, pod)) {
    host_.Wake(KeyOf(object->meta), Wake::kObjectChange);
  }
}

}  // namespace

ControllerEntry DepartureControllerEntry(departure::Tower tower) {
  return {"departure",
          [tower = std::move(tower)](ControllerHost& host) {
            return std::make_unique<DepartureController>(host, tower);
          },
          "evicts Pods once a tower has cleared them",
          {{"Departures", {&kEvictions}}},
          kDepartures};
}

}  // namespace windlass
