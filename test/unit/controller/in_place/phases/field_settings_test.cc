// Settings of in-place updates that are fields of the object: ReplicaSets have them as annotations
// (P-074).
#include <nlohmann/json.hpp>
#include <vector>

#include "controller/in_place/phases/extension.h"
#include "controller/workload/planner.h"
#include "test/catch.h"
#include "test/unit/controller/workload/boats.h"

namespace windlass::in_place {
namespace {

using Json = nlohmann::json;

// Boats that are updated in place if possible. No object has an annotation that says so.
struct Fleet : workload::Harbour {
  Fleet() {
    kind.extends = &InPlaceExtension();
    kind.mirrors = true;
  }
  // Returns the annotations that the next write sets.
  Json NextAnnotations() const {
    View view = Look();
    view.workload.in_place_settings = settings;
    const Step step = workload::Next(view, {}, workload::kNow);
    const Write* write = std::get_if<Write>(&step);
    REQUIRE(write != nullptr);
    REQUIRE(write->request.resource() == resources::kReplicaSets);
    return Json::parse(write->request.body())["metadata"]["annotations"];
  }

  std::vector<Setting> settings{{"windlass.dev/in-place", "IfPossible"},
                                {"windlass.dev/in-place-surge", "Never"}};
};

TEST_CASE("a ReplicaSet is made with the settings (P-074)") {
  Fleet fleet;
  fleet.world.deployment.meta.annotations = {{"team", "a"},
                                             {"windlass.dev/in-place", "Only"},
                                             {"windlass.dev/in-place-pdb", "Ignore"}};
  const Json annotations = fleet.NextAnnotations();
  CHECK(annotations["team"] == "a");
  CHECK(annotations["windlass.dev/in-place"] == "IfPossible");
  CHECK(annotations["windlass.dev/in-place-surge"] == "Never");
  CHECK_FALSE(annotations.contains("windlass.dev/in-place-pdb"));  // no setting of a boat
}

TEST_CASE("a ReplicaSet that is there gets the settings, and loses those that are gone (P-074)") {
  Fleet fleet;
  ReplicaSet& rs = fleet.world.AddNew("web-1", 2, 2);
  rs.meta.annotations.Set("windlass.dev/in-place-surge", "Never");
  rs.meta.annotations.Set("windlass.dev/in-place-pdb", "Ignore");
  CHECK(fleet.NextAnnotations() ==
        Json::parse(R"({"windlass.dev/in-place":"IfPossible","windlass.dev/in-place-pdb":null})"));
}

TEST_CASE("a new ReplicaSet gets no annotation of the object that is no setting (P-074)") {
  Fleet fleet;
  fleet.world.deployment.meta.annotations = {{"team", "a"},
                                             {"windlass.dev/in-place-pdb", "Ignore"}};
  ReplicaSet& rs = fleet.world.AddNew("web-1", 2, 2);
  rs.meta.annotations.Set("windlass.dev/in-place", "IfPossible");
  rs.meta.annotations.Set("windlass.dev/in-place-surge", "Never");
  CHECK(fleet.NextAnnotations() == Json::parse(R"({"team":"a"})"));
}

}  // namespace
}  // namespace windlass::in_place
