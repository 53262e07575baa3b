// history: the revisions of a Deployment or Rollout, or the template of one revision. The history
// of a ReplicationController is in controller_commands.cc.
#include <nlohmann/json.hpp>

#include "cmd/kubectl-windlass/commands.h"
#include "cmd/kubectl-windlass/failure.h"
#include "cmd/kubectl-windlass/json_fields.h"
#include "cmd/kubectl-windlass/output.h"
#include "cmd/kubectl-windlass/replica_sets.h"
#include "cmd/kubectl-windlass/table.h"
#include "cmd/kubectl-windlass/unobserved.h"

namespace windlass::cli {
namespace {

std::string CauseOf(const Json& replica_set) {
  const std::string cause = AnnotationOf(replica_set, "kubernetes.io/change-cause");
  return cause.empty() ? "<none>" : cause;
}

// Prints a table of the revisions. For a kind with Kind::like_kubectl, the table has the columns of
// kubectl rollout history, so that scripts for kubectl can read it. For other kinds, REPLICASET,
// PODS and IMAGES stand between kubectl's columns REVISION and CHANGE-CAUSE.
void PrintRevisions(const CommandContext& context, const Place& place,
                    const std::vector<Json>& replica_sets) {
  const bool more = !IsLikeKubectl(place.resource);
  std::vector<std::vector<std::string>> rows;
  for (const Json& rs : replica_sets) {
    if (RevisionOf(rs) <= 0) continue;
    std::vector<std::string> row = {std::to_string(RevisionOf(rs)), CauseOf(rs)};
    if (more) {
      row = {row[0], TextOf(rs, "/metadata/name"), std::to_string(NumberOf(rs, "/status/replicas")),
             ImagesOf(rs), row[1]};
    }
    rows.push_back(std::move(row));
  }
  context.console.Line(ObjectName(place.resource, place.name) + ' ');
  if (rows.empty()) {
    context.console.Line("No rollout history found.");
    return;
  }
  rows.insert(rows.begin(), more ? std::vector<std::string>{"REVISION", "REPLICASET", "PODS",
                                                            "IMAGES", "CHANGE-CAUSE"}
                                 : std::vector<std::string>{"REVISION", "CHANGE-CAUSE"});
  context.console.out(TableText(rows, 2) + '\n');
}

std::string Indented(const std::string& text) {
  std::string result = "  ";
  for (const char c : text) {
    result += c;
    if (c == '\n') result += "  ";
  }
  while (result.ends_with(' ')) result.pop_back();
  return result;
}

void PrintRevision(const CommandContext& context, const Place& place, const Json& replica_set) {
  const Json* stored = FieldOf(replica_set, "/spec/template");
  const Json pod_template = stored == nullptr ? Json::object() : *stored;
  context.console.Line(ObjectName(place.resource, place.name) + " with revision #" +
                       std::to_string(RevisionOf(replica_set)));
  context.console.Line("Pod Template:");
  context.console.out(Indented(PrintValue(pod_template, OutputFormat::kYaml)));
}

}  // namespace

ExitCode HistoryOfWorkload(const CommandContext& context, const Place& place) {
  const Result<Json> object = ReadWorkload(context, place);
  if (!object.ok()) return Report(context.session, context.console, object.error());
  const auto replica_sets = ReadReplicaSets(context.session, *object, place.namespace_);
  if (!replica_sets.ok()) return Report(context.session, context.console, replica_sets.error());
  const int64_t revision = context.line.revision;
  const OutputFormat format = context.line.output;
  if (revision > 0) {
    const Json* found = FindRevision(*replica_sets, revision);
    if (found == nullptr) {
      context.console.Error("unable to find the specified revision: kubectl windlass history " +
                            InCommand(place) + " lists the revisions");
      return ExitCode::kError;
    }
    if (format == OutputFormat::kText) {
      PrintRevision(context, place, *found);
    } else {
      PrintOutput(context, Print(*found, resources::kReplicaSets, format));
    }
  } else if (format == OutputFormat::kText) {
    PrintRevisions(context, place, *replica_sets);
  } else {
    std::vector<const Json*> objects;
    for (const Json& rs : *replica_sets) objects.push_back(&rs);
    PrintOutput(context, PrintList(objects, resources::kReplicaSets, format));
  }
  return ExitCode::kDone;
}

}  // namespace windlass::cli
