#include "controller/workload/status/create_failure.h"

#include <algorithm>
#include <utility>

#include "controller/workload/status/status.h"

namespace windlass::workload {
namespace {

std::string CreateErrorMessage(const std::string& name, const std::string& error) {
  return "Failed to create new replica set \"" + name + "\": " + error;
}

}  // namespace

std::optional<Step> UnlessTried(const Situation& situation, Write write) {
  const RequestKey asked = write.request.Identity();
  const bool tried = std::ranges::any_of(situation.learned, [&](const Outcome& outcome) {
    return outcome.asked == asked || (!outcome.said.ok() && write.request.IsLike(outcome.asked));
  });
  if (tried) return std::nullopt;
  write.go_on_if_refused = true;
  return write;
}

Step GiveUp(const Situation& situation, const std::string& name, const Error& error, Retry retry) {
  const std::string message = CreateErrorMessage(name, error.message);
  if (auto step = WriteCreateError(situation, message)) {
    if (auto write = UnlessTried(situation, std::get<Write>(std::move(*step)))) return *write;
  }
  Failed end{.error = {error.kind, message, error.retry_after_ms, error.http_status},
             .retry = retry};
  if (error.kind != ErrorKind::kNamespaceTerminating) {
    end.events = {{Event::Type::kWarning, "ReplicaSetCreateError", message}};
  }
  return end;
}

}  // namespace windlass::workload
