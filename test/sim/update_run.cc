#include "test/sim/update_run.h"

#include <algorithm>
#include <utility>

#include "controller/replication_controller/watch/update_controller.h"
#include "kubeclient/base/assert.h"
#include "test/sim/sample_objects.h"

namespace windlass::sim {
namespace {

const std::string kNameOfUpdate = "web";

int64_t SizeOf(const Object& controller) {
  return controller == nullptr ? -1 : IntAt(*controller, {"spec", "replicas"});
}

}  // namespace

ProcessControllers UpdatesAlone() {
  return ProcessControllers::Only(ControllerList{ReplicationControllerUpdateControllerEntry()});
}

Json SampleUpdate(const std::string& old_name, Json spec) {
  Json update = {{"apiVersion", "windlass.dev/v1alpha1"}, {"kind", "ReplicationControllerUpdate"}};
  update["metadata"]["name"] = old_name;
  if (!spec.contains("updatePeriod")) spec["updatePeriod"] = "1s";
  update["spec"] = std::move(spec);
  return update;
}

Json NewController(const std::string& app, const std::string& version, const std::string& image,
                   int replicas) {
  Json content;
  content["metadata"]["labels"] = {{"app", app}, {"version", version}};
  content["spec"]["template"] = SampleTemplate(app, image);
  content["spec"]["template"]["metadata"]["labels"]["version"] = version;
  content["spec"]["selector"] = {{"app", app}, {"version", version}};
  if (replicas >= 0) content["spec"]["replicas"] = replicas;
  return content;
}

UpdateRun::UpdateRun(uint64_t seed, WorldOptions options) : world(seed, std::move(options)) {
  windlass = std::make_unique<WindlassProcess>(world, ClientOptions{}, UpdatesAlone());
}

void UpdateRun::Begin(int replicas, const std::string& image) {
  world.Apply(SampleReplicationController(kNameOfUpdate, replicas, image));
  const bool quiet = world.Quiesce();
  WL_ASSERT(quiet);
}

void UpdateRun::Ask(Json spec) { world.Apply(SampleUpdate(kNameOfUpdate, std::move(spec))); }

bool UpdateRun::UntilPhase(const std::string& phase) {
  return Until([&] {
    const Object update = Update();
    return update != nullptr && TextAt(*update, {"status", "phase"}) == phase &&
           IntAt(*update, {"status", "observedGeneration"}) ==
               IntAt(*update, {"metadata", "generation"});
  });
}

bool UpdateRun::UntilSizes(int64_t old_size, int64_t new_size) {
  return Until([&] {
    return SizeOf(Controller(kNameOfUpdate)) == old_size &&
           SizeOf(Controller(NewName())) == new_size;
  });
}

std::string UpdateRun::Rest() {
  if (!world.Quiesce()) return "the world does not come to rest";
  invariants.JudgeAtRest();
  return world.Complaints() + invariants.Complaints();
}

Object UpdateRun::Update() const { return world.Owner(kNameOfUpdate, kUpdates); }

std::string UpdateRun::Phase() const {
  const Object update = Update();
  return update == nullptr ? "" : TextAt(*update, {"status", "phase"});
}

std::vector<std::string> UpdateRun::Lines() const {
  const Object update = Update();
  if (update == nullptr) return {};
  const Json& lines = At(*update, {"status", "lines"});
  return lines.is_array() ? lines.get<std::vector<std::string>>() : std::vector<std::string>{};
}

Object UpdateRun::Controller(const std::string& name) const {
  return name.empty() ? nullptr : world.Owner(name, kControllers);
}

std::string UpdateRun::NewName() const {
  const Object update = Update();
  return update == nullptr ? "" : TextAt(*update, {"status", "newName"});
}

std::vector<std::string> UpdateRun::PodsOf(const std::string& name) const {
  const Object owner = Controller(name);
  const std::string wanted = owner == nullptr ? "" : UidOf(*owner);
  std::vector<std::string> uids;
  if (!name.empty() && owner == nullptr) return uids;
  for (const Object& pod : world.api().List(resources::kPods, "default")) {
    if (ControllerUidOf(*pod) == wanted && IsActivePod(*pod)) uids.push_back(UidOf(*pod));
  }
  std::sort(uids.begin(), uids.end());
  return uids;
}

std::vector<std::string> UpdateRun::Images() const {
  std::vector<std::string> images;
  for (const Object& pod : world.api().List(resources::kPods, "default")) {
    if (!IsActivePod(*pod)) continue;
    images.push_back(At(*pod, {"spec", "containers"}).at(0).at("image").get<std::string>());
  }
  std::sort(images.begin(), images.end());
  return images;
}

}  // namespace windlass::sim
