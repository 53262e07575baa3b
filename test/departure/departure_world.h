// A world with Departures, and a tower.
#pragma once

#include <algorithm>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "test/catch.h"
#include "test/departure/crd.h"
#include "test/departure/departure_controller.h"
#include "test/sim/custom_resource.h"
#include "test/sim/sample_objects.h"
#include "test/sim/windlass_process.h"

namespace windlass::sim {

// Answers a question some time later.
struct ControlTower {
  departure::Tower Port() {
    return
        [this](const departure::Question&, std::function<void(Result<departure::Clearance>)> answer)
            -> Controller::CancelQuestion {
          ++asked;
          if (silent) return [this] { ++cancelled; };
          const TimerId timer = loop.After(latency, [this, answer] {
            if (fails > 0) return --fails, answer(Error{ErrorKind::kNotFound, "no such tower"});
            answer(departure::Clearance{.granted = why_not.empty(), .why = why_not});
          });
          return [this, timer] {
            ++cancelled;
            loop.timers().Cancel(timer);
          };
        };
  }

  SimLoop& loop;
  std::string why_not{};  // "": the Pod is cleared
  Duration latency = seconds(1);
  bool silent = false;
  int fails = 0;  // how many of the next questions fail
  int asked = 0;
  int cancelled = 0;
};

inline constexpr Duration kDepartureLimit = seconds(3600);

struct DepartureWorld {
  explicit DepartureWorld(uint64_t seed = 1) : world(seed) {
    ServeCustom(departure::kDepartures);
    ShowCrd(departure::kCrd.revision);
    world.api().store().OnChange([this](const Change& change) {
      if (change.actor != "windlass") return;
      if (change.key.resource == departure::kDepartures) ++writes;
      const bool ends = change.after == nullptr || IsDeleting(*change.after);
      if (change.key.resource == resources::kPods && ends && !IsDeleting(*change.before)) {
        evicted.push_back(UidOf(*change.before));
      }
    });
  }

  // The API server shows the CustomResourceDefinition with this revision from now on.
  void ShowCrd(int64_t revision) {
    Json crd = {{"apiVersion", "apiextensions.k8s.io/v1"}, {"kind", "CustomResourceDefinition"}};
    crd["metadata"]["name"] = NameOf(departure::kCrd);
    crd["metadata"]["annotations"] = {{kind::kCrdRevisionKey, std::to_string(revision)}};
    world.api().Show(
        "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/" + NameOf(departure::kCrd), crd);
  }
  // Creates a Pod with label app=web, which gets Ready. Returns its uid.
  std::string CreatePod(const std::string& name) {
    world.Apply(SamplePod(name, "web"));
    REQUIRE(world.RunUntil([&] { return IsReadyPod(*Pod(name)); }, kDepartureLimit));
    return UidOf(*Pod(name));
  }
  void Depart(const std::string& name, const Json& spec) {
    world.Apply({{"apiVersion", departure::kDepartures.GroupVersion()},
                 {"kind", departure::kDepartures.kind},
                 {"metadata", {{"name", name}}},
                 {"spec", spec}});
  }
  void SetBudget(const std::string& name, int min_available) {
    Json budget = {{"apiVersion", "policy/v1"}, {"kind", "PodDisruptionBudget"}};
    budget["metadata"]["name"] = name;
    budget["spec"]["minAvailable"] = min_available;
    budget["spec"]["selector"]["matchLabels"]["app"] = "web";
    world.Apply(budget);
    REQUIRE(world.Quiesce());
  }
  void Delete(const std::string& name) {
    world.Delete(name, Propagation::kBackground, departure::kDepartures);
  }

  Object Pod(const std::string& name) const {
    return world.api().Find({resources::kPods, "default", name});
  }
  Object Departure(const std::string& name) const {
    return world.Owner(name, departure::kDepartures);
  }
  // Returns the condition Ready; null if there is none.
  Json Ready(const std::string& name) const {
    const Object found = Departure(name);
    return found == nullptr ? Json() : ConditionOf(*found, "Ready");
  }
  bool Becomes(const std::string& name, const std::string& reason,
               Duration limit = kDepartureLimit) {
    return world.RunUntil([&] { return TextAt(Ready(name), {"reason"}) == reason; }, limit);
  }
  // Returns the reasons of the Events about an object, sorted.
  std::vector<std::string> EventsAbout(const std::string& kind, const std::string& name) {
    std::vector<std::string> reasons;
    for (const Object& event : world.api().List(resources::kEvents, "default")) {
      if (TextAt(*event, {"involvedObject", "kind"}) != kind) continue;
      if (TextAt(*event, {"involvedObject", "name"}) != name) continue;
      if (TextAt(*event, {"source", "component"}) == "departure-controller") {
        reasons.push_back(TextAt(*event, {"reason"}));
      }
    }
    std::ranges::sort(reasons);
    return reasons;
  }

  World world;
  ControlTower tower{world.loop()};
  const ProcessControllers controllers =
      ProcessControllers::Only({DepartureControllerEntry(tower.Port())});
  int writes = 0;                    // writes of Departures by Windlass
  std::vector<std::string> evicted;  // uids of the Pods that Windlass evicted
};

using Texts = std::vector<std::string>;

}  // namespace windlass::sim
