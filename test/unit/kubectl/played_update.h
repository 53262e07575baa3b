// An update of ReplicationController "old" that Windlass carries out. Windlass is played by hand:
// it writes the statuses.
#pragma once

#include <string>
#include <vector>

#include "test/unit/kubectl/kubectl_run.h"

namespace windlass::cli {

// What Windlass writes.
struct UpdateReport {
  std::string phase;
  std::vector<std::string> lines{};  // behind those that there are
  std::string message{};
  std::string stalled{};       // the reason of condition Stalled; "": there is none
  std::string step = "Scale";  // "": before anything is changed
  bool waits = false;          // without a timeout, for what the message says
};

inline void Apply(const UpdateReport& report, Json& update) {
  Json& status = update["status"];
  status["observedGeneration"] = update["metadata"]["generation"];
  status["phase"] = report.phase;
  status["message"] = report.message;
  status["step"] = report.step;
  if (!status["lines"].is_array()) status["lines"] = Json::array();
  for (const std::string& line : report.lines) status["lines"].push_back(line);
  status["lineCount"] = status["lines"].size();
  status["conditions"] = Json::array();
  if (report.waits) {
    status["conditions"].push_back(
        {{"type", "Reconciling"}, {"status", "True"}, {"reason", "Waiting"}});
  }
  if (report.stalled.empty()) return;
  status["conditions"].push_back({{"type", "Stalled"},
                                  {"status", "True"},
                                  {"reason", report.stalled},
                                  {"lastTransitionTime", "2026-01-01T00:00:00Z"}});
}

// Runs rolling-update of ReplicationController "old", which has two Pods.
struct PlayedUpdate : KubectlRun {
  PlayedUpdate() {
    Create(resources::kReplicationControllers,
           sim::SampleReplicationController("old", 2, "app:v1"));
  }

  void Says(const UpdateReport& report) {
    Edit(resources::kReplicationControllerUpdates, "old", "status",
         [report](Json& update) { Apply(report, update); });
  }
  void SaysAfter(Duration delay, const UpdateReport& report) {
    After(delay, [this, report] { Says(report); });
  }
  // Runs rolling-update, and Windlass ends the update a second later.
  Ran RunUntil(const UpdateReport& end, const Words& arguments) {
    SaysAfter(seconds(1), end);
    return Update(arguments);
  }
  Ran Update(const Words& arguments) { return Run("rolling-update" + arguments); }
  // Leaves an update of old to new that has failed on the way.
  void FailsOnTheWay() {
    const UpdateReport failed = {"Failed", {"Created new"}, "timed out", "TimedOut"};
    REQUIRE(RunUntil(failed, "old new --image=app:v2").code == ExitCode::kFailed);
    Edit(resources::kReplicationControllerUpdates, "old", "status",
         [](Json& update) { update["status"]["newName"] = "new"; });
  }
  void RefusesCreation() {
    answering.answer = AnswerTo("dryRun=All", Refusal(422, "Invalid", "no such name"));
  }
  bool HasUpdate() {
    return server.Find({resources::kReplicationControllerUpdates, "default", "old"}) != nullptr;
  }
  std::string Uid() {
    return Stored(resources::kReplicationControllerUpdates, "old")["metadata"]["uid"];
  }
};

}  // namespace windlass::cli
