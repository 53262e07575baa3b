#include "test/sim/in_place_run.h"

#include <algorithm>

#include "test/sim/in_place_words.h"
#include "test/sim/rollout_undo.h"
#include "test/sim/sample_objects.h"

namespace windlass::sim {
namespace {

const std::string kName = "web";

std::string KeyOf(const std::string& option) {
  return "windlass.dev/in-place" + (option.empty() ? "" : "-" + option);
}

}  // namespace

Json InPlaceDeployment(int replicas, const std::string& image, const Annotations& options) {
  Json deployment = SampleDeployment(kName, replicas, image);
  deployment["metadata"]["annotations"][KeyOf("")] = "Only";
  deployment["spec"]["strategy"]["rollingUpdate"] = {{"maxSurge", 1}, {"maxUnavailable", 1}};
  for (const auto& [option, value] : options) {
    deployment["metadata"]["annotations"][KeyOf(option)] = value;
  }
  return deployment;
}

Json SizedDeployment(int replicas, const std::string& cpu, const Annotations& options,
                     bool restarts) {
  Json deployment = InPlaceDeployment(replicas, "app:v1", options);
  deployment["metadata"]["annotations"][KeyOf("resources")] = "IfPossible";
  Json& container = deployment["spec"]["template"]["spec"]["containers"][0];
  container["resources"] = {{"requests", {{"cpu", cpu}, {"memory", "1Gi"}}},
                            {"limits", {{"memory", "1Gi"}}}};
  if (restarts) {
    container["resizePolicy"] = Json::array();
    container["resizePolicy"].push_back(
        {{"resourceName", "memory"}, {"restartPolicy", "RestartContainer"}});
  }
  return deployment;
}

void SetSizes(World& world, const std::string& cpu, const std::string& memory) {
  world.api().Update("user", {resources::kDeployments, "default", kName}, "", [&](Json& web) {
    Json& resources = web["spec"]["template"]["spec"]["containers"][0]["resources"];
    resources["requests"]["cpu"] = cpu;
    resources["limits"]["memory"] = memory;
  });
}

InPlaceRun::InPlaceRun(uint64_t seed, WorldOptions options)
    : world(seed, std::move(options)), windlass(std::make_unique<WindlassProcess>(world)) {}

void InPlaceRun::Start(const Json& deployment) {
  world.Apply(deployment);
  Until([&] { return world.IsComplete(kName); });
  world.Quiesce();
}

std::string InPlaceRun::Finish() {
  const bool complete = Until([&] { return world.IsComplete(kName); });
  const bool quiet = world.Quiesce();
  in_place.JudgeAtRest(kName);
  if (complete && quiet && world.IsComplete(kName)) return Complaints();
  return "not complete: " + Reason() + "\n" + world.Deployment(kName)->dump(1) + "\n" +
         Complaints() + world.loop().trace().LastLines();
}

std::string InPlaceRun::Rest() {
  if (!world.Quiesce()) return "it never rests\n" + world.loop().trace().LastLines();
  return Complaints();
}

void InPlaceRun::SetOption(const std::string& option, const std::string& value) {
  world.Annotate(kName, KeyOf(option), value);
}

size_t InPlaceRun::PodsOf(const std::string& image) const {
  const std::vector<Object> pods = world.Pods(kName);
  return static_cast<size_t>(std::ranges::count_if(
      pods, [&](const Object& pod) { return ImageIn(At(*pod, {"spec"}), kName) == image; }));
}

std::map<std::string, int> InPlaceRun::Restarts() {
  std::map<std::string, int> restarts;
  for (const Object& pod : world.Pods(kName)) {
    int& all = restarts[UidOf(*pod)];
    const PodTruth* truth = world.kubelet().Truth(UidOf(*pod));
    if (truth == nullptr) continue;
    for (const ContainerTruth& one : truth->containers) all += one.changes;
  }
  return restarts;
}

std::vector<std::string> InPlaceRun::Uids() {
  std::vector<std::string> uids;
  for (const auto& [uid, restarts] : Restarts()) uids.push_back(uid);
  return uids;
}

int InPlaceRun::RestartsMost() {
  int most = 0;
  for (const auto& [uid, restarts] : Restarts()) most = std::max(most, restarts);
  return most;
}

bool InPlaceRun::EachRestarted(int times) {
  const auto restarts = Restarts();
  return std::ranges::all_of(restarts, [&](const auto& one) { return one.second == times; });
}

std::string InPlaceRun::Reason() const {
  return TextAt(ConditionOf(*world.Deployment(kName), "windlass.dev/InPlace"), {"reason"});
}

std::string InPlaceRun::Sizes() const {
  std::string text;
  for (const Object& rs : world.ReplicaSets(kName)) {
    text += (text.empty() ? "" : " ") + std::to_string(RevisionOfRollout(*rs)) + ":" +
            std::to_string(IntAt(*rs, {"spec", "replicas"}));
  }
  return text;
}

bool InPlaceRun::IsExchanging() const {
  const std::vector<Object> replica_sets = world.ReplicaSets(kName);
  return std::ranges::any_of(
      replica_sets, [](const Object& rs) { return !AnnotationOf(*rs, kInPlaceExchange).empty(); });
}

}  // namespace windlass::sim
