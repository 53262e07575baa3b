#include "test/sim/search_workload.h"

#include <algorithm>
#include <array>

#include "test/sim/in_place_run.h"
#include "test/sim/in_place_words.h"
#include "test/sim/rollout_object.h"
#include "test/sim/rollout_undo.h"
#include "test/sim/sample_objects.h"
#include "test/sim/update_run.h"

namespace windlass::sim {
namespace {

const std::string kSearchUser = "user";
constexpr const char* kMerge = "application/merge-patch+json";

// An update that fails is taken back and begun again so many times.
constexpr int kTurnsMax = 6;

// What Windlass writes into one object, beside what its user wrote: status and annotations.
constexpr size_t kNotesMax = 3072;

const std::vector<Json>& StepLists() {
  static const std::vector<Json> kLists = [] {
    std::vector<Json> lists;
    for (const char* text :
         {"[]", R"([{"setUpdated": 1}, {"pause": {"duration": "10s"}}])",
          R"([{"setUpdated": "50%"}, {"pause": {"duration": "20s"}}, {"setUpdated": "100%"}])",
          R"([{"setUpdated": 1}, {"pause": {}}, {"setUpdated": "60%"}, {"pause": {}}])"}) {
      lists.push_back(Json::parse(text));
    }
    return lists;
  }();
  return kLists;
}

std::string ImageOf(const Json& object) {
  const Json& containers = At(object, {"spec", "template", "spec", "containers"});
  return containers.is_array() && !containers.empty() ? TextAt(containers[0], {"image"}) : "";
}

}  // namespace

const std::vector<std::string>& WorkloadKinds() {
  static const std::vector<std::string> kKinds = {
      "deployment",       "recreate",   "in-place",         "rollout",
      "rollout-in-place", "controller", "recreate-in-place"};
  return kKinds;
}

std::string SearchImage(int64_t number) {
  constexpr std::array<const char*, 8> kImages = {
      "app:v1",      "app:v2",          "app:v3-slow-start-5s", "app:v4-slow-stop-3s",
      "app:missing", "app:never-ready", "app:v5-slow-ready-2s", "app:v6"};
  return kImages[static_cast<size_t>(number) % kImages.size()];
}

bool Works(const std::string& image) {
  return image.find("missing") == std::string::npos && image.find("never") == std::string::npos;
}

SearchWorkload::SearchWorkload(World& world, const PlannedWorkload& planned)
    : world_(world),
      planned_(planned),
      name_("w" + std::to_string(planned.id)),
      namespace_(NumberIn(planned.numbers, "ns") == 0 ? "default" : "other"),
      app_("w" +
           std::to_string(NumberIn(planned.numbers, "app", static_cast<int64_t>(planned.id)))) {}

const ResourceId& SearchWorkload::resource() const {
  if (is_controller()) return resources::kReplicationControllerUpdates;
  const bool rollout = kind() == "rollout" || kind() == "rollout-in-place";
  return rollout ? resources::kRollouts : resources::kDeployments;
}

Json SearchWorkload::Deployment() const {
  const auto number = [&](const char* name, int64_t absent) {
    return NumberIn(planned_.numbers, name, absent);
  };
  Json object = SampleDeployment(name_, static_cast<int>(number("replicas", 1)), "app:v1");
  object["metadata"]["namespace"] = namespace_;
  object["spec"]["selector"]["matchLabels"]["app"] = app_;
  object["spec"]["template"]["metadata"]["labels"]["app"] = app_;
  object["spec"]["minReadySeconds"] = number("min-ready", 0);
  object["spec"]["revisionHistoryLimit"] = number("history", 10);
  object["spec"]["strategy"]["rollingUpdate"] = {{"maxSurge", number("surge", 1)},
                                                 {"maxUnavailable", number("unavailable", 1)}};
  if (recreates()) object["spec"]["strategy"] = {{"type", "Recreate"}};
  if (in_place()) {
    constexpr std::array<const char*, 2> kPolicies = {"Only", "IfPossible"};
    object["metadata"]["annotations"]["windlass.dev/in-place"] =
        kPolicies[static_cast<size_t>(number("policy", 0)) % 2];
    if (number("revert", 0) == 1) {
      object["metadata"]["annotations"]["windlass.dev/in-place-on-failure"] = "Revert";
    }
  }
  return object;
}

Json SearchWorkload::Rollout() const {
  Json rollout = AsRollout(Deployment());
  if (!in_place()) {
    const auto list = static_cast<size_t>(NumberIn(planned_.numbers, "steps"));
    rollout["spec"]["strategy"]["steps"] = StepLists()[list % StepLists().size()];
  }
  return rollout;
}

void SearchWorkload::Create() {
  if (Present() != nullptr) return;
  if (is_controller()) return CreateController();
  world_.api().Create(kSearchUser, resource(), namespace_,
                      resource() == resources::kRollouts ? Rollout() : Deployment());
  CreateBudget();
}

void SearchWorkload::CreateBudget() {
  if (NumberIn(planned_.numbers, "budget") == 0) return;
  Json budget = {{"apiVersion", "policy/v1"}, {"kind", "PodDisruptionBudget"}};
  budget["metadata"]["name"] = name_;
  budget["spec"]["maxUnavailable"] = 1;
  budget["spec"]["selector"]["matchLabels"]["app"] = app_;
  world_.api().Create(kSearchUser, resources::kPodDisruptionBudgets, namespace_, budget);
}

void SearchWorkload::CreateController() {
  const auto replicas = static_cast<int>(NumberIn(planned_.numbers, "replicas", 1));
  if (world_.api().Find({resources::kReplicationControllers, namespace_, name_}) == nullptr) {
    world_.api().Create(kSearchUser, resources::kReplicationControllers, namespace_,
                        SampleReplicationController(name_, std::max(replicas, 1), "app:v1"));
  }
  Json update = SampleUpdate(name_, UpdateSpec("app:v2"));
  world_.api().Create(kSearchUser, resource(), namespace_, update);
}

Json SearchWorkload::UpdateSpec(const std::string& image) const {
  return {{"image", image}, {"timeout", "60s"}};
}

bool SearchWorkload::Edit(const Json& patch) {
  return world_.api().Patch(kSearchUser, key(), "", kMerge, patch).ok();
}

void SearchWorkload::SetImage(const std::string& image) {
  if (is_controller()) {
    Edit({{"spec", {{"image", image}}}});
    return;
  }
  world_.api().Update(kSearchUser, key(), "", [&](Json& owner) {
    owner["spec"]["template"]["spec"]["containers"][0]["image"] = image;
  });
}

std::vector<Object> SearchWorkload::ReplicaSets() const {
  if (is_controller()) return {};
  return world_.ReplicaSets(namespace_ + "/" + name_, resource());
}

std::vector<Object> SearchWorkload::Pods() const {
  std::vector<Object> pods;
  for (const Object& pod : world_.api().List(resources::kPods, namespace_)) {
    if (LabelOf(*pod, "app") == app_ && IsActivePod(*pod)) pods.push_back(pod);
  }
  return pods;
}

bool SearchWorkload::CanEnd() const {
  const Object now = Present();
  if (now == nullptr || is_controller() || IsTooLarge()) return false;
  const Json& strategy = At(*now, {"spec", "strategy"});
  const bool held = BoolAt(*now, {"spec", "paused"}) || BoolAt(*now, {"spec", "abort"}) ||
                    !At(strategy, {"partition"}).is_null() ||
                    !AnnotationOf(*now, "windlass.dev/in-place-partition").empty();
  // A Pod may fail for a minute although its image works.
  if (held || IsGivenUp()) return false;
  // "Only" rolls nothing out that needs new Pods.
  const Json& containers = At(*now, {"spec", "template", "spec", "containers"});
  if (OnlyInPlace() && containers[0].contains("env")) return false;
  if (OnlyInPlace() && recreates() && ReplicasOf(*now) > 1) return false;
  for (const Json& step : At(strategy, {"steps"})) {
    // With one replica the pause of a larger rollout has no Pod that could end it.
    if (step.contains("pause") && (step["pause"].empty() || ReplicasOf(*now) < 2)) return false;
  }
  return Works(ImageOf(*now)) && !IsUnderBudget();
}

bool SearchWorkload::IsGivenUp() const {
  return NumberIn(planned_.numbers, "revert") == 1 &&
         std::ranges::any_of(ReplicaSets(), [](const Object& rs) { return SaysGivenUp(*rs); });
}

void SearchWorkload::SetUnblock(int64_t revision) {
  Json patch;
  if (resource() == resources::kRollouts) {
    Json& value = patch["spec"]["strategy"]["inPlace"]["unblock"];
    if (revision > 0) value = revision;
  } else {
    Json& value = patch["metadata"]["annotations"]["windlass.dev/in-place-unblock"];
    if (revision > 0) value = std::to_string(revision);
  }
  Edit(patch);
}

bool SearchWorkload::TryAgain() {
  if (!IsGivenUp()) return false;
  const bool asked = !UnblockOf(*Present()).empty();
  const Object newest = HighestOf(ReplicaSets());
  if (newest == nullptr || !SaysGivenUp(*newest)) return false;
  const bool used = AnnotationOf(*newest, kInPlaceBlocked).find("\"used\"") != std::string::npos;
  if (asked) {
    SetUnblock(0);
  } else if (!used) {
    SetUnblock(RevisionOfRollout(*newest));
  }
  return true;
}

bool SearchWorkload::OnlyInPlace() const {
  return in_place() && NumberIn(planned_.numbers, "policy") % 2 == 0;
}

bool SearchWorkload::IsUnderBudget() const {
  const std::vector<Object> budgets =
      world_.api().List(resources::kPodDisruptionBudgets, namespace_);
  return std::ranges::any_of(budgets, [&](const Object& budget) {
    return TextAt(*budget, {"spec", "selector", "matchLabels", "app"}) == app_;
  });
}

bool SearchWorkload::IsTooLarge() const {
  if (!made_large) return false;
  const ServerLimits& limits = world_.api().limits();
  const auto too_large = [&](const Object& object) {
    size_t annotations = StoredSize(At(*object, {"metadata", "annotations"})) + kNotesMax;
    // A ReplicaSet gets the template of another one as an annotation.
    // It counts the names of annotations, too, as JSON writes them.
    if (in_place()) {
      annotations += StoredSize(At(*object, {"spec", "template"}));
      annotations += limits.annotation_bytes_max / 64;
    }
    return StoredSize(*object) + kNotesMax > limits.object_bytes_max ||
           annotations > limits.annotation_bytes_max;
  };
  const Object now = Present();
  if (now != nullptr && too_large(now)) return true;
  const auto pods = world_.Pods(namespace_ + "/" + name_, resource());
  return std::ranges::any_of(ReplicaSets(), too_large) || std::ranges::any_of(pods, too_large);
}

bool SearchWorkload::IsDone() const {
  const Object now = Present();
  if (now == nullptr) return false;
  if (!is_controller()) return world_.IsComplete(namespace_ + "/" + name_, resource());
  const std::string phase = TextAt(*now, {"status", "phase"});
  return phase == "Succeeded" &&
         IntAt(*now, {"status", "observedGeneration"}) == IntAt(*now, {"metadata", "generation"});
}

void SearchWorkload::Ask(Json spec) { Edit({{"spec", std::move(spec)}}); }

// Those whose labels its user changed: nobody owns them any more. Pods of theirs that do not work
// take all that a budget allows. A daemon that was away may release them only now.
void SearchWorkload::DeleteOrphans() {
  for (const Object& rs : world_.api().List(resources::kReplicaSets, namespace_)) {
    const bool ours = NameOf(*rs).starts_with(name_ + "-") && ControllerUidOf(*rs).empty();
    if (ours) world_.api().Delete(kSearchUser, {resources::kReplicaSets, namespace_, NameOf(*rs)});
  }
}

Json SearchWorkload::EnvInUse() const {
  if (!in_place()) return {};
  for (const Object& rs : ReplicaSets()) {
    const Json& container = At(*rs, {"spec", "template", "spec", "containers"})[0];
    if (ReplicasOf(*rs) > 0 && container.contains("env")) return container["env"];
  }
  return {};
}

void SearchWorkload::Finish() {
  Create();
  DeleteOrphans();
  last_image_ = "app:last-" + name_;
  if (is_controller()) {
    return Ask({{"image", last_image_},
                {"timeout", "300s"},
                {"paused", false},
                {"rollback", false},
                {"maxSurge", 1},
                {"maxUnavailable", 0},
                {"onExternalScale", "Override"}});
  }
  Json spec = {{"paused", false}, {"minReadySeconds", 0}};
  if (resource() == resources::kRollouts) {
    spec["abort"] = false;
    spec["rollbackTo"] = nullptr;  // one that waits would take the last image back
    spec["strategy"]["partition"] = nullptr;
  }
  if (!recreates()) {
    spec["strategy"]["rollingUpdate"] = {{"maxSurge", 1}, {"maxUnavailable", 1}};
  }
  if (ReplicasOf(*Present()) == 0) spec["replicas"] = 2;
  if (OnlyInPlace() && recreates()) spec["replicas"] = 1;
  const Json patch = {
      {"spec", std::move(spec)},
      {"metadata",
       {{"annotations", {{"windlass.dev/in-place-partition", nullptr}, {"fat", nullptr}}}}}};
  const bool edited = Edit(patch);
  world_.api().Update(kSearchUser, key(), "", [&](Json& owner) {
    Json& container = owner["spec"]["template"]["spec"]["containers"][0];
    container["image"] = last_image_;
    container.erase("env");
    if (const Json env = EnvInUse(); !env.is_null()) container["env"] = env;
  });
  if (!edited) Edit(patch);  // the object was too large before its environment was taken away
}

bool SearchWorkload::GoOn() {
  const Object now = Present();
  if (now == nullptr) {  // a deletion in the foreground has ended only now
    Finish();
    return true;
  }
  DeleteOrphans();
  if (TryAgain()) return true;
  if (is_controller()) {
    const std::string phase = TextAt(*now, {"status", "phase"});
    const bool back = BoolAt(*now, {"spec", "rollback"});
    const bool heard =
        IntAt(*now, {"status", "observedGeneration"}) == IntAt(*now, {"metadata", "generation"});
    const bool ended = heard && (phase == "Failed" || phase == "RolledBack");
    if (!ended || ++turns_ > kTurnsMax) return false;
    Ask({{"rollback", !back}, {"maxUnavailable", "100%"}, {"onExternalScale", "Override"}});
    return true;
  }
  const Json& step = At(*now, {"status", "step"});
  const bool at_pause =
      TextAt(ConditionOf(*now, "Progressing"), {"reason"}) == "RolloutPausedAtStep";
  if (!at_pause || step.is_null()) return false;
  const std::string value =
      std::to_string(IntAt(step, {"index"})) + "@" + std::to_string(IntAt(step, {"revision"}));
  if (AnnotationOf(*now, "windlass.dev/promote") == value) return false;
  Edit({{"metadata", {{"annotations", {{"windlass.dev/promote", value}}}}}});
  return true;
}

std::string SearchWorkload::State() const {
  const Object now = Present();
  if (now == nullptr) return kind() + " " + namespace_ + "/" + name_ + " is gone";
  std::string text = kind() + " " + namespace_ + "/" + name_ + " " +
                     At(*now, {"metadata", "generation"}).dump() + " ";
  Json spec = At(*now, {"spec"});
  spec.erase("template");
  text += spec.dump().substr(0, 600) + " image " + ImageOf(*now) + " status " +
          At(*now, {"status"}).dump().substr(0, 1500);
  for (const Object& rs : ReplicaSets()) {
    text += "\n  " + NameOf(*rs) + " " + AnnotationOf(*rs, "deployment.kubernetes.io/revision") +
            ": " + std::to_string(ReplicasOf(*rs)) + " " +
            At(*rs, {"status"}).dump().substr(0, 300);
  }
  return text;
}

}  // namespace windlass::sim
