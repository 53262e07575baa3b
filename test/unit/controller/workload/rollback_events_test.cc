// The Events of a rollback by annotation, with type and reason (D-460…D-472).
#include <string>
#include <variant>

#include "controller/workload/annotations/annotations.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/workload/world.h"

namespace windlass::workload::rollback_events_test {
namespace {

struct Row {
  std::string id;
  std::string asked;
  Event want;
};

// Answers the reads on the way.
Step StepAfterReads(World& world) {
  for (;;) {
    Step step = world.Decide();
    const Read* read = std::get_if<Read>(&step);
    if (read == nullptr) return step;
    REQUIRE(world.learned.size() < 2);
    const bool own = read->request.resource() == resources::kDeployments;
    const Reply reply{own ? R"({"metadata":{"resourceVersion":"10"}})"
                          : R"({"spec":{"template":{"spec":{"containers":[{"name":"old"}]}}}})"};
    world.learned.push_back({read->request.Identity(), reply});
  }
}

TEST_CASE("a rollback is told as an event of upstream's type and reason") {
  const auto not_found = "DeploymentRollbackRevisionNotFound";
  const Row row = GENERATE_COPY(values<Row>({
      {"D-469",
       "1",
       {Event::Type::kNormal, "DeploymentRollback",
        "Rolled back deployment \"web\" to revision 1"}},
      {"D-463", "0", {Event::Type::kWarning, not_found, "Unable to find last revision."}},
      {"D-465",
       "9",
       {Event::Type::kWarning, not_found, "Unable to find the revision to rollback to."}},
      {"D-466",
       "2",
       {Event::Type::kWarning, "DeploymentRollbackTemplateUnchanged",
        "The rollback revision contains the same template as current deployment \"web\""}},
  }));
  CAPTURE(row.id);
  World world(3);
  if (row.asked == "0") {
    world.SetAnnotation(world.AddOld("web-old", 0, 0), kRevision, "0");
  } else {
    world.AddOld("web-old", 0, 0);
  }
  world.AddNew("web-new", 3, 3);
  world.deployment.meta.annotations.Set(kRollbackTo, row.asked);
  const Step step = StepAfterReads(world);
  const Write& write = std::get<Write>(step);
  CHECK(write.request.Describe() == "patch deployments ns/web");
  REQUIRE(write.on_success.size() == 1);
  CHECK(write.on_success[0] == row.want);
  Proves(row.id);
}

}  // namespace
}  // namespace windlass::workload::rollback_events_test
