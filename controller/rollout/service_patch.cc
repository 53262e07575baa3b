#include "controller/rollout/service_patch.h"

#include <nlohmann/json.hpp>

#include "controller/kind/status.h"
#include "kubeclient/api/canonical.h"

namespace windlass::rollout {
namespace {

using kind::Json;

// Returns the text at `path`; nullopt if `body` has no such member, "" if the member is null.
std::optional<std::string> TextAt(const Json& body, const Json::json_pointer& path) {
  if (!body.contains(path)) return std::nullopt;
  const Json& found = body.at(path);
  return found.is_string() ? found.get<std::string>() : std::string();
}

}  // namespace

Request RequestFor(const Service& service, const ServicePatch& patch) {
  Json fields = Json::object();
  fields["metadata"]["annotations"][std::string(kServiceOf)] = kind::TextOrNull(patch.note);
  if (patch.hash) {
    fields["spec"]["selector"][std::string(kPodTemplateHashLabel)] = kind::TextOrNull(*patch.hash);
  }
  return Request::MergePatch(resources::kServices, VersionOf(service.meta), "", DumpJson(fields));
}

ServicePatch PatchIn(const Request& request) {
  const Json body = Json::parse(request.body(), nullptr, /*allow_exceptions=*/false);
  if (!body.is_object()) return {};
  const Json::json_pointer note =
      Json::json_pointer("/metadata/annotations") / std::string(kServiceOf);
  const Json::json_pointer hash =
      Json::json_pointer("/spec/selector") / std::string(kPodTemplateHashLabel);
  return {.note = TextAt(body, note).value_or(""), .hash = TextAt(body, hash)};
}

bool Shows(const Service& service, const ServicePatch& patch) {
  if (service.meta.annotations.Find(kServiceOf).value_or("") != patch.note) return false;
  return !patch.hash || service.selector.Find(kPodTemplateHashLabel).value_or("") == *patch.hash;
}

}  // namespace windlass::rollout
