#include "test/sim/contract_probe.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "kubeclient/client/call_deadlines.h"

namespace windlass::sim {
namespace {

constexpr const char* kMetadata = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1";
constexpr const char* kMetadataList =
    "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";

std::string Join(std::string path, const std::string& name) {
  return name.empty() ? path : path + "/" + name;
}

Object Parse(std::string_view text) {
  return MakeObject(Json::parse(text, nullptr, /*allow_exceptions=*/false));
}

}  // namespace

ContractProbe::~ContractProbe() {
  for (const WatchPtr& watch : watches_) {
    if (!watch->ended) server_.transport.Cancel(watch->id);
  }
  server_.run_until([this] {
    for (const WatchPtr& watch : watches_) {
      if (!watch->ended) return false;
    }
    return true;
  });
}

std::string ContractProbe::Apps(const std::string& plural, const std::string& name) const {
  return Join("/apis/apps/v1/namespaces/" + namespace_ + "/" + plural, name);
}
std::string ContractProbe::ReplicationControllers(const std::string& name) const {
  return Join("/api/v1/namespaces/" + namespace_ + "/replicationcontrollers", name);
}
std::string ContractProbe::ReplicationControllerUpdates(const std::string& name) const {
  return Join(
      "/apis/windlass.dev/v1alpha1/namespaces/" + namespace_ + "/replicationcontrollerupdates",
      name);
}
std::string ContractProbe::Rollouts(const std::string& name) const {
  return Join("/apis/windlass.dev/v1alpha1/namespaces/" + namespace_ + "/rollouts", name);
}
std::string ContractProbe::Pods(const std::string& name) const {
  return Join("/api/v1/namespaces/" + namespace_ + "/pods", name);
}
std::string ContractProbe::Events(const std::string& name) const {
  return Join("/api/v1/namespaces/" + namespace_ + "/events", name);
}
std::string ContractProbe::Leases(const std::string& name) const {
  return Join("/apis/coordination.k8s.io/v1/namespaces/" + namespace_ + "/leases", name);
}
std::string ContractProbe::Budgets(const std::string& name) const {
  return Join("/apis/policy/v1/namespaces/" + namespace_ + "/poddisruptionbudgets", name);
}
std::string ContractProbe::Services(const std::string& name) const {
  return Join("/api/v1/namespaces/" + namespace_ + "/services", name);
}

ProbeReply ContractProbe::Send(HttpRequest request) {
  request.deadline = kCallDeadline;
  const std::string what = request.target;
  auto answer = std::make_shared<std::optional<Result<HttpResponse>>>();
  server_.transport.Call(std::move(request),
                         [answer](Result<HttpResponse> result) { *answer = std::move(result); });
  server_.run_until([&] { return answer->has_value(); });
  ProbeReply reply;
  reply.body = MakeObject(Json::object());
  if (!Expect(answer->has_value(), "no answer to " + what)) return reply;
  const Result<HttpResponse>& result = **answer;
  if (!Expect(result.ok(), result.ok() ? "" : what + ": " + result.error().message)) return reply;
  reply.code = result->status;
  reply.retry_after = result->retry_after;
  reply.body = Parse(result->body);
  return reply;
}

ProbeReply ContractProbe::SendBody(HttpMethod method, const std::string& target,
                                   const std::string& type, const Json& body) {
  HttpRequest request;
  request.method = method;
  request.target = target;
  request.content_type = type;
  request.body = body.dump();
  return Send(std::move(request));
}

ProbeReply ContractProbe::Get(const std::string& target) {
  HttpRequest request;
  request.target = target;
  return Send(std::move(request));
}
ProbeReply ContractProbe::GetMetadata(const std::string& target) {
  HttpRequest request;
  request.target = target;
  request.accept = kMetadata;
  return Send(std::move(request));
}
ProbeReply ContractProbe::ListMetadata(const std::string& target) {
  HttpRequest request;
  request.target = target;
  request.accept = kMetadataList;
  return Send(std::move(request));
}
ProbeReply ContractProbe::Post(const std::string& target, const Json& body) {
  return SendBody(HttpMethod::kPost, target, "application/json", body);
}
ProbeReply ContractProbe::Put(const std::string& target, const Json& body) {
  return SendBody(HttpMethod::kPut, target, "application/json", body);
}
ProbeReply ContractProbe::MergePatch(const std::string& target, const Json& body) {
  return SendBody(HttpMethod::kPatch, target, "application/merge-patch+json", body);
}
ProbeReply ContractProbe::JsonPatch(const std::string& target, const Json& body) {
  return SendBody(HttpMethod::kPatch, target, "application/json-patch+json", body);
}
ProbeReply ContractProbe::StrategicPatch(const std::string& target, const Json& body) {
  return SendBody(HttpMethod::kPatch, target, "application/strategic-merge-patch+json", body);
}
ProbeReply ContractProbe::Delete(const std::string& target) {
  HttpRequest request;
  request.method = HttpMethod::kDelete;
  request.target = target;
  return Send(std::move(request));
}
ProbeReply ContractProbe::Delete(const std::string& target, const Json& options) {
  Json body = {{"kind", "DeleteOptions"}, {"apiVersion", "v1"}};
  body.update(options);
  return SendBody(HttpMethod::kDelete, target, "application/json", body);
}

ContractProbe::WatchPtr ContractProbe::Open(const std::string& target, const std::string& accept) {
  auto watch = std::make_shared<WatchState>();
  HttpRequest request;
  request.target = target;
  request.accept = accept;
  request.deadline = kWatchIdle;
  request.call_class = CallClass::kWatch;
  StreamHandler handler;
  handler.on_line = [watch](std::string_view line) {
    const Object event = Parse(line);
    watch->events.push_back({TextAt(*event, {"type"}), MakeObject(At(*event, {"object"}))});
  };
  handler.on_end = [watch](StreamEnd end) {
    watch->ended = true;
    watch->end = std::move(end);
  };
  watch->id = server_.transport.Stream(std::move(request), std::move(handler));
  watches_.push_back(watch);
  return watch;
}

ContractProbe::WatchPtr ContractProbe::Watch(const std::string& target) {
  return Open(target, "application/json");
}
ContractProbe::WatchPtr ContractProbe::WatchMetadata(const std::string& target) {
  return Open(target, kMetadata);
}

bool ContractProbe::AwaitEvents(const WatchPtr& watch, size_t count) {
  server_.run_until([&] { return watch->ended || watch->events.size() >= count; });
  return Expect(watch->events.size() >= count, "only " + std::to_string(watch->events.size()) +
                                                   " of " + std::to_string(count) +
                                                   " watch events came");
}

bool ContractProbe::AwaitEnd(const WatchPtr& watch) {
  return Expect(server_.run_until([&] { return watch->ended; }), "the watch did not end");
}

bool ContractProbe::Expect(bool holds, const std::string& what) {
  if (!holds) complaints_.push_back(what);
  return holds;
}

bool ContractProbe::ExpectEqual(const std::string& what, const Json& got, const Json& wanted) {
  return Expect(got == wanted, what + ": got " + got.dump() + ", want " + wanted.dump());
}

bool ContractProbe::ExpectRefused(const ProbeReply& reply, int code, const std::string& reason) {
  return Expect(reply.code == code && reply.Reason() == reason,
                "want " + std::to_string(code) + " " + reason + ", got " +
                    std::to_string(reply.code) + " " + reply.json().dump());
}

const Json& ContractProbe::ExpectOk(const ProbeReply& reply, int code) {
  Expect(reply.code == code, "want " + std::to_string(code) + ", got " +
                                 std::to_string(reply.code) + " " + reply.json().dump());
  return reply.json();
}

bool ContractProbe::ExpectTypes(const WatchPtr& watch, const std::string& wanted) {
  std::string types;
  for (const ProbeEvent& event : watch->events) {
    types += (types.empty() ? "" : " ") + event.type;
  }
  return Expect(types == wanted, "watch events: got '" + types + "', want '" + wanted + "'");
}

}  // namespace windlass::sim
