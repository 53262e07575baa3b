#include "cmd/kubectl-windlass/workload_table.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "cmd/kubectl-windlass/cells.h"
#include "cmd/kubectl-windlass/json_fields.h"
#include "cmd/kubectl-windlass/table.h"

namespace windlass::cli {
namespace {

std::vector<std::string> RowOf(const ListedObject& listed, bool all_namespaces, WallTime now) {
  const Json& object = *listed.object;
  std::vector<std::string> row;
  if (all_namespaces) row.push_back(TextOf(object, "/metadata/namespace"));
  row.emplace_back(listed.resource.kind);
  row.push_back(TextOf(object, "/metadata/name"));
  const Standing& standing = listed.standing;
  std::string updated =
      standing.updated ? std::to_string(*standing.updated) + '/' + std::to_string(standing.desired)
                       : "-";
  std::string reason = standing.reason;
  // During an abort, standing.updated counts the Pods that are back at the stable revision.
  if (standing.phase == "Aborted") reason += ": " + std::exchange(updated, "-") + " stable";
  row.insert(row.end(),
             {standing.phase, std::move(updated), std::to_string(standing.available),
              AgeText(TimeOf(object, "/metadata/creationTimestamp"), now), std::move(reason)});
  return row;
}

}  // namespace

std::vector<std::string> WorkloadTable(const std::vector<ListedObject>& objects,
                                       bool all_namespaces, WallTime now,
                                       const RenderOptions& options) {
  std::vector<TableRow> rows;
  std::vector<std::string> head = {"KIND",      "NAME", "PHASE", "UPDATED",
                                   "AVAILABLE", "AGE",  "REASON"};
  if (all_namespaces) head.insert(head.begin(), "NAMESPACE");
  rows.push_back({std::move(head)});
  for (const ListedObject& listed : objects) {
    TableRow& row = rows.emplace_back();
    row.cells = RowOf(listed, all_namespaces, now);
    for (std::string& cell : row.cells) cell = Printable(cell, options.ascii_texts());
  }
  return TableLines(rows, options.width);
}

}  // namespace windlass::cli
