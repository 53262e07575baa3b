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

std::vector<ErrorSection> AllErrors() {
  return {CommandLineErrors(),   ObjectErrors(),        ConnectionErrors(),
          AnswerErrors(),        StatusErrors(),        RolloutErrors(),
          RollingUpdateErrors(), RefusedUpdateErrors(), StoppedUpdateErrors()};
}

}  // namespace windlass::cli
