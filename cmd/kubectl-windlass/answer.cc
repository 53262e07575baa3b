#include "cmd/kubectl-windlass/answer.h"

#include <nlohmann/json.hpp>

#include "cmd/kubectl-windlass/follow.h"
#include "cmd/kubectl-windlass/kind.h"

namespace windlass::cli {

Result<std::optional<Json>> WaitForAnswer(const CommandContext& context, const Place& place,
                                          const std::function<bool(const Json& object)>& answered) {
  Session& session = context.session;
  const MonotonicTime end = session.clock().Now() + kAnswerMax;
  Follow follow(session, {{place.resource, place.namespace_, "", "metadata.name=" + place.name}});
  Status status = follow.Start();
  while (status.ok()) {
    const std::vector<const Json*> found = follow.Objects(0);
    if (found.empty()) {
      return Error{ErrorKind::kNotFound,
                   ObjectName(place.resource, place.name) + " has been deleted"};
    }
    if (answered(*found.front())) return std::optional<Json>(*found.front());
    const MonotonicTime now = session.clock().Now();
    if (now >= end) return std::optional<Json>();
    status = follow.NextChange(end - now);
  }
  return status.error();
}

}  // namespace windlass::cli
