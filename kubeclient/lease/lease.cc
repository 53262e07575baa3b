#include "kubeclient/lease/lease.h"

#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

#include "kubeclient/api/json_reader.h"
#include "kubeclient/api/json_value.h"
#include "kubeclient/api/resource_id.h"
#include "kubeclient/api/time.h"
#include "kubeclient/client/call_deadlines.h"
#include "kubeclient/client/paths.h"

namespace windlass {
namespace {

// Parses `text`; returns a discarded value if it is not JSON or is deeper than kJsonDepthMax. The
// library writes a value recursively, so a deeply nested one could exhaust the stack.
nlohmann::json Parse(std::string_view text) {
  bool too_deep = false;
  const auto within = [&](int depth, nlohmann::json::parse_event_t, const nlohmann::json&) {
    too_deep = too_deep || depth > kJsonDepthMax;
    return !too_deep;
  };
  const nlohmann::json value = nlohmann::json::parse(text, within, false);
  return too_deep ? nlohmann::json(nlohmann::json::value_t::discarded) : value;
}

std::string Text(const nlohmann::json& object, const char* field) {
  const auto found = object.find(field);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

int32_t Int(const nlohmann::json& object, const char* field) {
  const auto found = object.find(field);
  if (found == object.end() || !found->is_number_integer()) return 0;
  const auto value = found->get<int64_t>();
  return value >= 0 && value <= std::numeric_limits<int32_t>::max() ? static_cast<int32_t>(value)
                                                                    : 0;
}

int64_t Micros(const nlohmann::json& object, const char* field) {
  return ParseMicroTime(Text(object, field)).value_or(0);
}

HttpRequest LeaseCall(HttpMethod method, std::string target, Duration deadline) {
  HttpRequest http;
  http.method = method;
  http.target = std::move(target);
  http.deadline = deadline;
  http.call_class = CallClass::kLease;
  return http;
}

HttpRequest LeaseWrite(HttpMethod method, std::string target, std::string_view field_manager,
                       Duration deadline, std::string body) {
  HttpRequest http = LeaseCall(method, std::move(target), deadline);
  AddQuery(http.target, "fieldManager", field_manager);
  // Lets the server work on the write for as long as we wait.
  // Other writes are given up a second earlier (LimitWrite), so that the error text arrives. Leader
  // election does not need that text.
  AddTimeout(http.target, deadline);
  http.content_type = "application/json";
  http.body = std::move(body);
  return http;
}

LeaseAnswer::Kind KindOf(int status) {
  if (status == 401) return LeaseAnswer::Kind::kNotDone;
  if (status == 404) return LeaseAnswer::Kind::kAbsent;
  if (status == 409) return LeaseAnswer::Kind::kConflict;
  if (status == 408 || status == 429) return LeaseAnswer::Kind::kLater;
  return status >= 300 && status < 500 ? LeaseAnswer::Kind::kRefused : LeaseAnswer::Kind::kUnclear;
}

Result<Lease> ReadLease(const nlohmann::json& object, std::string text) {
  if (!object.is_object() || Text(object, "kind") != resources::kLeases.kind ||
      !object.contains("metadata") || !object["metadata"].is_object() ||
      Text(object["metadata"], "resourceVersion").empty()) {
    return Error{ErrorKind::kMalformed, "the answer is not a Lease"};
  }
  Lease lease{{}, std::move(text), {Text(object["metadata"], "resourceVersion")}};
  const auto spec = object.find("spec");
  if (spec == object.end() || !spec->is_object()) return lease;
  lease.record = {.holder = Text(*spec, "holderIdentity"),
                  .duration_seconds = Int(*spec, "leaseDurationSeconds"),
                  .acquire_micros = Micros(*spec, "acquireTime"),
                  .renew_micros = Micros(*spec, "renewTime"),
                  .transitions = Int(*spec, "leaseTransitions"),
                  .preferred_holder = Text(*spec, "preferredHolder")};
  return lease;
}

}  // namespace

Duration LengthOf(const LeaseRecord& record, Duration ours) {
  return record.duration_seconds > 0 ? seconds(record.duration_seconds) : ours;
}

Result<Lease> ParseLease(std::string_view body) {
  return ReadLease(Parse(body), std::string(body));
}

Result<std::optional<Lease>> ParseLeaseEvent(std::string_view line, const LeaseName& name) {
  const nlohmann::json event = Parse(line);
  if (!event.is_object() || !event.contains("object")) {
    return Error{ErrorKind::kMalformed, "the line is not a watch event"};
  }
  const std::string type = Text(event, "type");
  const nlohmann::json& object = event["object"];
  if (type != "ADDED" && type != "MODIFIED" && type != "DELETED") {
    const std::string why = object.is_object() ? Text(object, "message") : std::string();
    return Error{ErrorKind::kMalformed, "watch event " + type + ": " + why};
  }
  Result<Lease> lease = ReadLease(object, object.dump());
  if (!lease.ok()) return lease.error();
  if (Text(object["metadata"], "name") != name.name) {
    return Error{ErrorKind::kMalformed, "the watch event is about another Lease"};
  }
  if (type == "DELETED") return std::optional<Lease>();
  return std::optional<Lease>(std::move(*lease));
}

Lease NewLease(const LeaseName& name) {
  const nlohmann::json object = {
      {"apiVersion", resources::kLeases.GroupVersion()},
      {"kind", resources::kLeases.kind},
      {"metadata", {{"namespace", name.namespace_}, {"name", name.name}}}};
  return {{}, object.dump(), {}};
}

std::string LeaseBody(const Lease& lease, const LeaseRecord& record) {
  nlohmann::json object = nlohmann::json::parse(lease.json, nullptr, false);
  nlohmann::json& spec = object["spec"];
  if (!spec.is_object()) spec = nlohmann::json::object();
  spec["holderIdentity"] = record.holder;
  spec["leaseDurationSeconds"] = record.duration_seconds;
  spec["acquireTime"] = FormatMicroTime(record.acquire_micros);
  spec["renewTime"] = FormatMicroTime(record.renew_micros);
  spec["leaseTransitions"] = record.transitions;
  if (record.preferred_holder.empty()) {
    spec.erase("preferredHolder");
  } else {
    spec["preferredHolder"] = record.preferred_holder;
  }
  return DumpJson(object);
}

HttpRequest GetLease(const LeaseName& name, Duration deadline) {
  return LeaseCall(HttpMethod::kGet, ResourcePath(resources::kLeases, name.namespace_, name.name),
                   deadline);
}

HttpRequest WatchLease(const LeaseName& name, seconds timeout) {
  HttpRequest http = LeaseCall(HttpMethod::kGet,
                               ResourcePath(resources::kLeases, name.namespace_, ""), kWatchIdle);
  http.call_class = CallClass::kWatch;
  AddQuery(http.target, "watch", "1");
  AddQuery(http.target, "fieldSelector", "metadata.name=" + name.name);
  AddQuery(http.target, "timeoutSeconds", std::to_string(timeout.count()));
  return http;
}

HttpRequest PutLease(const LeaseName& name, std::string_view field_manager, Duration deadline,
                     std::string body) {
  return LeaseWrite(HttpMethod::kPut, ResourcePath(resources::kLeases, name.namespace_, name.name),
                    field_manager, deadline, std::move(body));
}

HttpRequest PostLease(const LeaseName& name, std::string_view field_manager, Duration deadline,
                      std::string body) {
  return LeaseWrite(HttpMethod::kPost, ResourcePath(resources::kLeases, name.namespace_, ""),
                    field_manager, deadline, std::move(body));
}

LeaseAnswer ReadLeaseAnswer(const Result<HttpResponse>& response) {
  if (!response.ok()) {
    const Error& error = response.error();
    return {.kind = error.kind == ErrorKind::kNotSent ? LeaseAnswer::Kind::kNotDone
                                                      : LeaseAnswer::Kind::kUnclear,
            .why = error.message};
  }
  if (response->status >= 200 && response->status < 300) {
    Result<Lease> lease = ParseLease(response->body);
    if (!lease.ok()) return {.kind = LeaseAnswer::Kind::kUnclear, .why = lease.error().message};
    return {.kind = LeaseAnswer::Kind::kLease, .lease = std::move(*lease)};
  }
  const nlohmann::json status = nlohmann::json::parse(response->body, nullptr, false);
  std::string why = "HTTP " + std::to_string(response->status);
  if (status.is_object() && !Text(status, "message").empty()) why = Text(status, "message");
  return {.kind = KindOf(response->status), .why = std::move(why)};
}

}  // namespace windlass
