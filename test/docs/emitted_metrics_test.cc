// What /metrics shows is registered, and says no more than is registered. Two kinds of controllers
// run through rollouts on the simulated cluster; the page is that of their process.
#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "cmd/windlass/all_metrics.h"
#include "cmd/windlass/controllers.h"
#include "cmd/windlass/metrics_text.h"
#include "controller/in_place/watch/in_place_metrics.h"
#include "test/catch.h"
#include "test/sim/sample_objects.h"
#include "test/sim/two_kinds.h"
#include "test/support/read_metrics.h"

namespace windlass::emitted_metrics_test {
namespace {

using sim::World;

constexpr Duration kLimit = seconds(3600);

// A Rollout waits at a step, a Deployment is stuck, another was rolled back.
struct Rollouts {
  Rollouts() {
    world.Apply(sim::SampleDeployment("web", 4));
    world.Apply(sim::SampleDeployment("stuck", 2));
    world.Edit("stuck", {{"spec", {{"progressDeadlineSeconds", 60}}}});
    sim::Json rollout = sim::SampleRollout("shop", 4);
    rollout["spec"]["strategy"] = {
        {"type", "RollingUpdate"},
        {"steps", {{{"setUpdated", 1}}, {{"pause", sim::Json::object()}}}}};
    world.Apply(rollout);
    AwaitComplete("web");
    AwaitComplete("stuck");
    AwaitComplete("shop", sim::kRollouts);
    world.SetImage("web", "registry.example/web:2");
    AwaitComplete("web");
    REQUIRE(world.RolloutUndo("web", 1));
    AwaitComplete("web");
    world.SetImage("stuck", "registry.example/web:3-missing");
    world.SetImage("shop", "registry.example/web:4", sim::kRollouts);
    world.RunFor(seconds(600));
  }
  void AwaitComplete(const std::string& name, World::Kind kind = World::kDeployments) {
    REQUIRE(world.RunUntil([&] { return world.IsComplete(name, kind); }, kLimit));
    world.RunFor(seconds(5));
  }

  // Returns the page of the process. What only a daemon has, and what none of these rollouts does,
  // is made up.
  MetricsPage Page() const {
    Snapshot snapshot;
    snapshot.leader = true;
    snapshot.lease_name = "windlass";
    snapshot.missing_rights = {{"windlass", 0}};
    snapshot.unserved_objects = {{"Rollout", 0}};
    snapshot.controller = windlass.runtime().counters();
    snapshot.controllers = windlass.runtime().names();
    snapshot.queue = windlass.runtime().queue_counters();
    snapshot.informers = windlass.runtime().informers().Snapshots();
    snapshot.client.requests[{"GET", "200"}] = 1;
    snapshot.request_duration["GET"] = RestClientHistogram();
    windlass.runtime().ForEach(
        [&](const WatchingController& controller) { controller.AddFigures(snapshot.figures); });
    InPlaceFigures in_place;
    in_place.patches["Success"] = 1;
    in_place.failures["PodTimeout"] = 1;
    in_place.fallbacks["NoBudget"] = 1;
    in_place.exchanges["Done"] = 1;
    AddInPlaceFigures(in_place, snapshot.figures);
    return ReadMetrics(MetricsText(snapshot));
  }

  World world{1};
  sim::WindlassProcess windlass{world, {}, sim::BothKinds()};
};

std::map<std::string, const Metric*> Registered() {
  std::map<std::string, const Metric*> registered;
  for (const MetricSection& section : AllMetrics(Controllers())) {
    for (const Metric* metric : section.metrics) registered[std::string(metric->name)] = metric;
  }
  return registered;
}

TEST_CASE_METHOD(Rollouts, "the metrics page has the registered metrics, and no other") {
  const MetricsPage page = Page();
  const auto registered = Registered();
  for (const auto& [name, type] : page.types) {
    CAPTURE(name);
    CHECK(registered.contains(name));
  }
  for (const auto& [name, metric] : registered) {
    CAPTURE(name);
    CHECK(page.types.contains(name));
  }
}

TEST_CASE_METHOD(Rollouts, "every label is registered, and every value of a closed set is in it") {
  const MetricsPage page = Page();
  const auto registered = Registered();
  int checked = 0;
  for (const MetricsSeries& series : page.series) {
    const Metric& metric = *registered.at(page.FamilyOf(series));
    for (const auto& [name, value] : series.labels) {
      if (name == "le" && metric.type == MetricType::kHistogram) continue;
      CAPTURE(series.name, name, value);
      const auto label = std::ranges::find(metric.labels(), name, &MetricLabel::name);
      REQUIRE(label != metric.labels().end());
      const auto values = ValuesOf(*label, Controllers());
      if (values.empty()) continue;
      CHECK(std::ranges::count(values, value) == 1);
      ++checked;
    }
  }
  CHECK(checked > 100);
}

TEST_CASE_METHOD(Rollouts, "docs/logs.md has the decisions of the metrics page") {
  std::ifstream file(WINDLASS_DOCS "/logs.md");
  const std::string logs((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  const auto shown = Page().Named("windlass_decisions_total");
  CHECK(shown.size() > 5);
  for (const MetricsSeries& series : shown) {
    const std::string& decision = series.labels.at("decision");
    CAPTURE(decision);
    CHECK(logs.find("`" + decision + "`") != std::string::npos);
  }
}

}  // namespace
}  // namespace windlass::emitted_metrics_test
