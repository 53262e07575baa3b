#include "test/sim/api_answer.h"

#include <nlohmann/json.hpp>
#include <utility>

namespace windlass::sim {
namespace {

Json Failure(int code, std::string reason, std::string message, Json details = nullptr) {
  Json status = {{"kind", "Status"},
                 {"apiVersion", "v1"},
                 {"metadata", Json::object()},
                 {"status", "Failure"},
                 {"message", std::move(message)},
                 {"code", code}};
  if (!reason.empty()) status["reason"] = std::move(reason);
  if (!details.is_null()) status["details"] = std::move(details);
  return status;
}

ApiAnswer Fail(int code, std::string reason, std::string message, Json details = nullptr) {
  return {code,
          MakeObject(Failure(code, std::move(reason), std::move(message), std::move(details)))};
}

// `kind` is the plural of the resource in most answers, and the kind in answers about validation
// and preconditions.
Json Details(const ApiResource& resource, std::string_view kind, const std::string& name) {
  Json details = {{"kind", kind}};
  if (!name.empty()) details["name"] = name;
  if (!resource.group.empty()) details["group"] = resource.group;
  return details;
}

std::string Quoted(const std::string& text) { return "\"" + text + "\""; }

ApiAnswer InvalidWith(const std::string& about, Json details, const Causes& causes) {
  std::string list;
  Json reported = Json::array();
  for (const Cause& cause : causes) {
    if (!list.empty()) list += ", ";
    list += cause.field + ": " + cause.text;
    reported.push_back({{"reason", cause.reason}, {"message", cause.text}, {"field", cause.field}});
  }
  details["causes"] = std::move(reported);
  if (causes.size() > 1) list = "[" + list + "]";
  return Fail(422, "Invalid", about + " is invalid: " + list, std::move(details));
}

}  // namespace

Cause InvalidValue(std::string field, const Json& value, std::string_view why) {
  return {std::move(field), "FieldValueInvalid",
          "Invalid value: " + value.dump() + ": " + std::string(why)};
}
Cause ForbiddenField(std::string field, std::string_view why) {
  return {std::move(field), "FieldValueForbidden", "Forbidden: " + std::string(why)};
}
Cause RequiredField(std::string field, std::string_view why) {
  std::string text = "Required value";
  if (!why.empty()) text.append(": ").append(why);
  return {std::move(field), "FieldValueRequired", std::move(text)};
}

ApiAnswer Answer(int code, Object body) { return {code, std::move(body)}; }

ApiAnswer BadRequest(std::string message) { return Fail(400, "BadRequest", std::move(message)); }

ApiAnswer NotFound(const ApiResource& resource, const std::string& name) {
  return Fail(404, "NotFound", resource.QualifiedPlural() + " " + Quoted(name) + " not found",
              Details(resource, resource.plural, name));
}

ApiAnswer PathNotFound() {
  return Fail(404, "NotFound", "the server could not find the requested resource", Json::object());
}

ApiAnswer MethodNotAllowed() {
  return Fail(405, "MethodNotAllowed",
              "the server does not allow this method on the requested resource", Json::object());
}

ApiAnswer NotAcceptable(std::string message) {
  return Fail(406, "NotAcceptable", std::move(message));
}

ApiAnswer AlreadyExists(const ApiResource& resource, const std::string& name) {
  return Fail(409, "AlreadyExists",
              resource.QualifiedPlural() + " " + Quoted(name) + " already exists",
              Details(resource, resource.plural, name));
}

ApiAnswer UpdateConflict(const ApiResource& resource, const std::string& name,
                         const std::string& why) {
  return Fail(409, "Conflict",
              "Operation cannot be fulfilled on " + resource.QualifiedPlural() + " " +
                  Quoted(name) + ": " + why,
              Details(resource, resource.plural, name));
}

ApiAnswer DeleteConflict(const ApiResource& resource, const std::string& name,
                         const std::string& why) {
  return Fail(409, "Conflict",
              "Operation cannot be fulfilled on " + resource.QualifiedKind() + " " + Quoted(name) +
                  ": " + why,
              Details(resource, resource.kind, name));
}

ApiAnswer Forbidden(const ApiResource& resource, const std::string& name, const std::string& why) {
  return Fail(403, "Forbidden",
              resource.QualifiedPlural() + " " + Quoted(name) + " is forbidden: " + why,
              Details(resource, resource.plural, name));
}

ApiAnswer NamespaceTerminating(const ApiResource& resource, const std::string& name,
                               const std::string& namespace_) {
  Json details = Details(resource, resource.plural, name);
  Json cause = {{"reason", "NamespaceTerminating"},
                {"message", "namespace " + namespace_ + " is being terminated"},
                {"field", "metadata.namespace"}};
  details["causes"] = Json::array();
  details["causes"].push_back(std::move(cause));
  return Fail(403, "Forbidden",
              resource.QualifiedPlural() + " " + Quoted(name) +
                  " is forbidden: unable to create new content in namespace " + namespace_ +
                  " because it is being terminated",
              std::move(details));
}

ApiAnswer Expired(std::string message) { return Fail(410, "Expired", std::move(message)); }

ApiAnswer UnsupportedMediaType(std::string message) {
  return Fail(415, "UnsupportedMediaType", std::move(message), Json::object());
}

ApiAnswer UnprocessablePatch() {
  return Fail(422, "Invalid", "the server rejected our request due to an error in our request",
              Json::object());
}

ApiAnswer Invalid(const ApiResource& resource, const std::string& name, const Causes& causes) {
  return InvalidWith(resource.QualifiedKind() + " " + Quoted(name),
                     Details(resource, resource.kind, name), causes);
}

ApiAnswer InvalidListOptions(const Causes& causes) {
  return InvalidWith("ListOptions.meta.k8s.io \"\"",
                     {{"group", "meta.k8s.io"}, {"kind", "ListOptions"}}, causes);
}

ApiAnswer InvalidCreateOptions(const Causes& causes) {
  return InvalidWith("CreateOptions.meta.k8s.io \"\"",
                     {{"group", "meta.k8s.io"}, {"kind", "CreateOptions"}}, causes);
}

ApiAnswer TooManyRequests(std::string message) {
  return Fail(429, "TooManyRequests", std::move(message), {{"retryAfterSeconds", 1}});
}

ApiAnswer InternalError(std::string message) { return Fail(500, "", std::move(message)); }

ApiAnswer WebhookFailed(const std::string& webhook) {
  const std::string why = "failed calling webhook " + Quoted(webhook) +
                          ": failed to call webhook: connect: connection refused";
  Json details;
  details["causes"][0]["message"] = why;
  return Fail(500, "InternalError", "Internal error occurred: " + why, std::move(details));
}

ApiAnswer TooLargeResourceVersion(const std::string& asked, uint64_t current) {
  Json cause = {{"reason", "ResourceVersionTooLarge"}, {"message", "Too large resource version"}};
  Json details = {{"retryAfterSeconds", 1}, {"causes", Json::array()}};
  details["causes"].push_back(std::move(cause));
  return Fail(
      504, "Timeout",
      "Timeout: Too large resource version: " + asked + ", current: " + std::to_string(current),
      std::move(details));
}

ApiAnswer Deleted(const ApiResource& resource, const std::string& name, const std::string& uid) {
  Json details = Details(resource, resource.plural, name);
  details["uid"] = uid;
  return Answer(200, MakeObject({{"kind", "Status"},
                                 {"apiVersion", "v1"},
                                 {"metadata", Json::object()},
                                 {"status", "Success"},
                                 {"details", std::move(details)}}));
}

}  // namespace windlass::sim
