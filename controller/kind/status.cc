#include "controller/kind/status.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "kubeclient/api/time.h"

namespace windlass::kind {

Json TextOrNull(std::string_view text) { return text.empty() ? Json() : Json(text); }

Json TimeOrNull(WallTime time) { return time.IsZero() ? Json() : Json(FormatTime(time)); }

Json NumberOrNull(const std::optional<int64_t>& number) { return number ? Json(*number) : Json(); }

Request WriteStatus(const ResourceId& resource, const ObjectMeta& meta, const Json& status) {
  Json fields = Json::object();
  fields["status"] = status;
  return Request::MergePatch(resource, VersionOf(meta), "status", DumpJson(fields));
}

std::optional<Step> UnlessSent(Write write, const Learned& learned) {
  Step step = std::move(write);
  if (WasSent(step, learned)) return std::nullopt;
  return step;
}

Step WriteOnce(Write write, const Learned& learned, Step then) {
  for (const Outcome& outcome : learned) {
    const bool refused = !outcome.said.ok() && write.request.IsLike(outcome.asked);
    if (refused) return Failed{outcome.said.error()};
  }
  return UnlessSent(std::move(write), learned).value_or(std::move(then));
}

}  // namespace windlass::kind
