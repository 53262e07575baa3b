#include "test/sim/rollout_page.h"

#include <algorithm>
#include <iterator>
#include <variant>

#include "controller/deployment/deployment_controller.h"
#include "controller/replication_controller/watch/update_controller.h"
#include "controller/rollout/rollout_controller.h"
#include "test/catch.h"

namespace windlass::sim {
namespace {

double NumberOf(const Figures::Value& value) {
  if (const auto* count = std::get_if<uint64_t>(&value)) return static_cast<double>(*count);
  if (const auto* histogram = std::get_if<Histogram>(&value)) {
    return static_cast<double>(histogram->count());
  }
  return std::get<double>(value);
}

// Every controller whose metrics a test may look at.
const ControllerList& AllControllers() {
  static const ControllerList all = {DeploymentControllerEntry(), RolloutControllerEntry(),
                                     ReplicationControllerUpdateControllerEntry()};
  return all;
}

// Every label of a closed set has one of its values, or none.
void CheckLabels(const Metric& metric, const Figures::Labels& labels) {
  for (size_t i = 0; i < labels.size(); ++i) {
    const MetricLabel& label = metric.labels()[i];
    const auto values = ValuesOf(label, AllControllers());
    if (values.empty() || labels[i].empty()) continue;
    if (std::ranges::count(values, labels[i]) == 1) continue;
    FAIL_CHECK(metric.name << " has " << label.name << "=" << labels[i]);
  }
}

Figures FiguresOf(const WindlassProcess& windlass) {
  Figures figures;
  windlass.runtime().ForEach(
      [&](const WatchingController& controller) { controller.AddFigures(figures); });
  return figures;
}

}  // namespace

Page PageOf(const WindlassProcess& windlass) {
  const Figures figures = FiguresOf(windlass);
  Page page;
  for (const Figures::Family& family : figures.families()) {
    for (const auto& [labels, value] : family.series) {
      CheckLabels(*family.metric, labels);
      std::string text(family.metric->name.substr(std::string("windlass_").size()));
      for (const std::string& label : labels) text += " " + label;
      page[text] = NumberOf(value);
    }
  }
  return page;
}

double SumOfDurations(const WindlassProcess& windlass, const std::string& labels) {
  const Figures figures = FiguresOf(windlass);
  for (const Figures::Family& family : figures.families()) {
    if (family.metric->name != "windlass_rollout_duration_seconds") continue;
    for (const auto& [values, histogram] : family.series) {
      if (values[0] + " " + values[1] + " " + values[2] == labels) {
        return std::get<Histogram>(histogram).sum;
      }
    }
  }
  FAIL("no duration of " << labels);
  return 0;
}

Page Only(const Page& page, const std::string& what) {
  Page found;
  std::ranges::copy_if(page, std::inserter(found, found.end()),
                       [&](const auto& series) { return series.first.starts_with(what); });
  return found;
}

void Complete(World& world, const std::string& name, World::Kind kind) {
  REQUIRE(world.RunUntil([&] { return world.IsComplete(name, kind); }, kRolloutLimit));
  world.RunFor(seconds(5));
}

void Midway(World& world, const std::string& name, World::Kind kind) {
  const int64_t generation = IntAt(*world.Owner(name, kind), {"metadata", "generation"});
  REQUIRE(world.RunUntil(
      [&] {
        const Object owner = world.Owner(name, kind);
        return IntAt(*owner, {"status", "observedGeneration"}) >= generation &&
               IntAt(*owner, {"status", "updatedReplicas"}) > 0;
      },
      kRolloutLimit));
}

}  // namespace windlass::sim
