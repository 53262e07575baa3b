#include "controller/deployment/unsupported.h"

#include <functional>

#include "test/catch.h"
#include "test/unit/controller/deployment/world.h"

namespace windlass::deployment {
namespace {

struct Row {
  std::string id;
  std::function<void(World&)> make;
  std::string want_reason;
  std::vector<std::string> want_in_message;
};

World Healthy() {
  World world(10);
  world.AddOld("web-old", 4, 4);
  world.AddNew("web-new", 6, 6);
  return world;
}

TEST_CASE("what is not handled yet is left alone, with an event that names field and remedy") {
  const Row row = GENERATE(values<Row>({
      {"D-057",
       [](World& w) { w.deployment.spec.paused = true; },
       "WindlassUnsupported",
       {"spec.paused", "kubectl rollout resume"}},
  }));
  CAPTURE(row.id);
  World world = Healthy();
  row.make(world);
  const Step step = world.Decide();
  const Wait* wait = std::get_if<Wait>(&step);
  REQUIRE(wait != nullptr);  // nothing is written
  REQUIRE(wait->events.size() == 1);
  CHECK(wait->events[0].type == Event::Type::kWarning);
  CHECK(wait->events[0].reason == row.want_reason);
  for (const std::string& text : row.want_in_message) {
    CAPTURE(text, wait->events[0].message);
    CHECK(wait->events[0].message.find(text) != std::string::npos);
  }
}

TEST_CASE("a Deployment that is being deleted is looked at whatever it asks for (D-055)") {
  World world = Healthy();
  world.deployment.meta.deletion_timestamp = kNow;
  world.deployment.spec.paused = true;
  world.deployment.spec.max_surge = IntOrPercent::Percent("oops");
  world.replica_sets[0].meta.labels = {};
  const Step step = world.Decide();
  CHECK(std::get<Write>(step).request.Describe() == "patch deployments/status ns/web");
}

}  // namespace
}  // namespace windlass::deployment
