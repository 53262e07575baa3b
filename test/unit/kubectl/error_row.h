// What kubectl-windlass says when something is wrong: a row for each text. errors_test.cc runs
// every row, and docs/kubectl-windlass-errors.md is made of the rows (tools/errors-page.sh).
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "test/unit/kubectl/kubectl_run.h"

namespace windlass::cli {

// A file that the command line names. Its path stands for the name there, and the name for its path
// in what the command says.
struct RowFile {
  std::string name;
  std::string content;
};

struct ErrorRow {
  Words arguments;  // the command line
  ExitCode code = ExitCode::kError;
  std::string text;  // all that the command writes to standard error, without the last line end
  std::string help;  // for the page: when it says so, and what to do
  // Brings the cluster, or the connection to it, into the state in which the command says so. Null:
  // an empty cluster.
  std::function<void(KubectlRun&)> prepare{};
  std::optional<RowFile> file{};
};

struct ErrorSection {
  std::string_view title;  // of a section of the page
  std::vector<ErrorRow> rows;
};

// One function for each file of rows.
ErrorSection CommandLineErrors();
ErrorSection ObjectErrors();
ErrorSection ConnectionErrors();
ErrorSection AnswerErrors();
ErrorSection StatusErrors();
ErrorSection RolloutErrors();
ErrorSection RollingUpdateErrors();
ErrorSection RefusedUpdateErrors();
ErrorSection StoppedUpdateErrors();
ErrorSection SteeredUpdateErrors();

// ReplicationController old: 2 replicas of app:v1, with the label that tells it from the new one.
// An update needs no replication controller until it scales.
Json OldController();

// Creates Rollout web, 4 replicas with two steps, the second a pause. Its status says that one Pod
// is updated, and that it is at step `step`. `change` is for the object, `set_status` for its
// status.
void CreateRolloutAtStep(KubectlRun& run, int step, const std::function<void(Json&)>& change,
                         const std::function<void(Json& status)>& set_status);

// The same, with a status that says that the step's Pods are available.
void CreateAvailableRollout(KubectlRun& run, int step,
                            const std::function<void(Json&)>& change = {});

// Makes the status say that spec.strategy cannot be carried out. The condition Stalled gets
// `reason`.
void SetInvalidStrategy(Json& status, const std::string& reason = "InvalidStrategy");

// The same at the pause, with one of four Pods not available: that of ReplicaSet web-2, of revision
// 8. ReplicaSet web-1 has the others. The Pods are created one by one:
void CreateRolloutWithCanary(KubectlRun& run, const std::function<void(Json&)>& change = {});
// `set`: "web-1" or "web-2". `state`: of its container, such as kRuns; that Pod is available.
void CreateCanaryPod(KubectlRun& run, const std::string& name, const std::string& set,
                     const Json& state, const Json& annotations = Json::object());
inline const Json kRuns = {{"running", Json::object()}};
inline const Json kNoImage = {
    {"waiting", {{"reason", "ImagePullBackOff"}, {"message", "no such tag"}}}};

// Returns all sections, in the order of the page.
std::vector<ErrorSection> AllErrors();

}  // namespace windlass::cli
