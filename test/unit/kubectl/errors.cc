#include "test/unit/kubectl/error_row.h"

namespace windlass::cli {

Json OldController() {
  Json old = sim::SampleReplicationController("old", 2, "app:v1");
  old["spec"]["selector"]["deployment"] = "v1";
  old["spec"]["template"]["metadata"]["labels"]["deployment"] = "v1";
  return old;
}

void CreateRolloutAtStep(KubectlRun& run, int step, const std::function<void(Json&)>& change,
                         const std::function<void(Json& status)>& set_status) {
  Json web = sim::SampleRollout("web", 4);
  web["spec"]["strategy"]["steps"] =
      Json::array({{{"setUpdated", 1}}, {{"pause", Json::object()}}});
  if (change) change(web);
  run.Create(resources::kRollouts, web);
  run.Edit(resources::kRollouts, "web", "status", [&](Json& object) {
    SetCounters(object, 4, 1, 4);
    object["status"]["step"] = {{"index", step},
                                {"total", 2},
                                {"revision", 8},
                                {"startedAt", "2026-01-01T00:00:00Z"},
                                {"template", "t-1"}};
    set_status(object["status"]);
  });
}

void CreateAvailableRollout(KubectlRun& run, int step, const std::function<void(Json&)>& change) {
  CreateRolloutAtStep(run, step, change, [&](Json& status) {
    status["phase"] = step == 2 ? "Paused" : "Progressing";
    status["stableRevision"] = 7;
    status["step"]["replicas"] = 4;
    status["step"]["availableSince"] = "2026-01-01T00:00:00Z";
  });
}

void SetInvalidStrategy(Json& status, const std::string& reason) {
  status["phase"] = "Stalled";
  status["message"] =
      "spec.strategy cannot be carried out: step 2 is empty. Correct it. Until then Windlass "
      "updates no Pod and carries out no promotion. New sizes and aborts take effect only during "
      "an update in place";
  status["conditions"] = Json::array({{{"type", "Stalled"},
                                       {"status", "True"},
                                       {"reason", reason},
                                       {"message", status["message"]},
                                       {"lastTransitionTime", "2026-01-01T00:00:00Z"}}});
}

void CreateRolloutWithCanary(KubectlRun& run, const std::function<void(Json&)>& change) {
  CreateAvailableRollout(run, 2, change);
  run.Edit(resources::kRollouts, "web", "status", [](Json& object) {
    object["status"]["step"].erase("availableSince");
    object["status"]["availableReplicas"] = 3;
  });
  const Json owner = run.Stored(resources::kRollouts, "web");
  for (const bool canary : {false, true}) {
    const std::string name = canary ? "web-2" : "web-1";
    Json set = sim::SampleReplicaSet(name, canary ? 1 : 3);
    for (const char* labels :
         {"/metadata/labels", "/spec/selector/matchLabels", "/spec/template/metadata/labels"}) {
      set[Json::json_pointer(labels)] = {{"app", "web"}, {"pod-template-hash", name}};
    }
    set["metadata"]["annotations"]["deployment.kubernetes.io/revision"] = canary ? "8" : "7";
    set["metadata"]["ownerReferences"] = sim::ControlledBy(owner);
    run.Create(resources::kReplicaSets, set);
  }
}

void CreateCanaryPod(KubectlRun& run, const std::string& name, const std::string& set,
                     const Json& state, const Json& annotations) {
  Json pod = sim::SamplePod(name, "web");
  pod["metadata"]["labels"]["pod-template-hash"] = set;
  pod["metadata"]["annotations"] = annotations;
  pod["metadata"]["ownerReferences"] = sim::ControlledBy(run.Stored(resources::kReplicaSets, set));
  run.Create(resources::kPods, pod);
  const bool good = state == kRuns;
  run.Edit(resources::kPods, name, "status", [&](Json& object) {
    Json& status = object["status"];
    status["phase"] = good ? "Running" : "Pending";
    status["containerStatuses"] =
        Json::array({{{"name", "web"}, {"ready", good}, {"restartCount", 0}, {"state", state}}});
    if (!good) return;
    status["conditions"] = Json::array(
        {{{"type", "Ready"}, {"status", "True"}, {"lastTransitionTime", "2025-12-31T00:00:00Z"}}});
  });
}

std::vector<ErrorSection> AllErrors() {
  return {CommandLineErrors(),   ObjectErrors(),       ConnectionErrors(),    AnswerErrors(),
          StatusErrors(),        RolloutErrors(),      RollingUpdateErrors(), RefusedUpdateErrors(),
          StoppedUpdateErrors(), SteeredUpdateErrors()};
}

}  // namespace windlass::cli
