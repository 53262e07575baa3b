#include "controller/rollout/service_patch.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "controller/kind/status.h"
#include "kubeclient/api/canonical.h"
#include "kubeclient/api/json_reader.h"

namespace windlass::rollout {
namespace {

// Returns the text at `path`; nullopt if `body` has no such member, "" if the member is null.
std::optional<std::string> TextAt(const Json& body, const Json::json_pointer& path) {
  if (!body.contains(path)) return std::nullopt;
  const Json& found = body.at(path);
  return found.is_string() ? found.get<std::string>() : std::string();
}

// What a reply says about the annotation kServiceOf and about pod-template-hash in the selector,
// the two texts that Windlass writes; "" if one is absent.
struct Written {
  std::string note;
  std::string hash;
};

// Reads these two texts in `reply`, an object as JSON. Returns nullopt if `reply` cannot be read,
// or has no metadata.
std::optional<Written> WrittenIn(std::string_view reply) {
  JsonReader in;
  Written written;
  bool has_metadata = false;
  // In the object that is being visited, reads the text at `parent`.`name`.
  const auto read = [&in](std::string_view parent, std::string_view name, std::string& into) {
    in.Object([&](std::string_view member) {
      if (member != parent) return;
      in.Object([&](std::string_view key) {
        if (key == name) into = in.String();
      });
    });
  };
  in.Begin(reply);
  in.Object([&](std::string_view member) {
    if (member == "metadata") {
      has_metadata = true;
      read("annotations", kServiceOf, written.note);
    } else if (member == "spec") {
      read("selector", kPodTemplateHashLabel, written.hash);
    }
  });
  const bool is_read = in.End().ok() && has_metadata;
  return is_read ? std::optional(std::move(written)) : std::nullopt;
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

std::function<Status(std::string_view reply)> CheckKept(const ObjectKey& key, ServicePatch patch) {
  return [key, patch = std::move(patch)](std::string_view reply) -> Status {
    const std::optional<Written> written = WrittenIn(reply);
    if (!written) return Unit{};
    if (written->note == patch.note && (!patch.hash || written->hash == *patch.hash)) return Unit{};
    return Error{ErrorKind::kInvalid,
                 "the API server accepted a change of Service " + key.ToString() +
                     " and did not keep it, probably because a mutating webhook sets "
                     "spec.selector or the annotations"};
  };
}

bool Shows(const Service& service, const ServicePatch& patch) {
  if (service.meta.annotations.Find(kServiceOf).value_or("") != patch.note) return false;
  return !patch.hash || service.selector.Find(kPodTemplateHashLabel).value_or("") == *patch.hash;
}

}  // namespace windlass::rollout
