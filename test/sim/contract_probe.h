// The actions of an API contract case: send requests, follow watches, and state what is expected.
//
// Works on any Transport, the model's or one to a real server. Collects complaints instead of
// throwing.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "kubeclient/transport/transport.h"
#include "test/sim/object.h"

namespace windlass::sim {

class ContractProbe;

// The server that a case runs against.
struct ContractServer {
  Transport& transport;
  // Runs the loop until `done` returns true. Returns false after a time-out.
  std::function<bool(const std::function<bool()>& done)> run_until;
  // Waits until the case's new namespace accepts objects. Null if it accepts them at once.
  std::function<void(ContractProbe& api)> await_namespace = nullptr;
};

struct ProbeReply {
  int code = 0;  // 0: no answer
  Object body;
  std::optional<Duration> retry_after;

  const Json& json() const { return *body; }
  std::string Reason() const { return TextAt(*body, {"reason"}); }
};

struct ProbeEvent {
  std::string type;
  Object object;
};

class ContractProbe {
 public:
  ContractProbe(ContractServer& server, std::string name)
      : server_(server), namespace_(std::move(name)) {}
  ~ContractProbe();
  ContractProbe(const ContractProbe&) = delete;
  ContractProbe& operator=(const ContractProbe&) = delete;

  // Paths inside the case's own namespace. An empty name means the collection.
  std::string Deployments(const std::string& name = "") const { return Apps("deployments", name); }
  std::string ReplicaSets(const std::string& name = "") const { return Apps("replicasets", name); }
  std::string ReplicationControllers(const std::string& name = "") const;
  std::string ReplicationControllerUpdates(const std::string& name = "") const;
  std::string Rollouts(const std::string& name = "") const;
  std::string Pods(const std::string& name = "") const;
  std::string Events(const std::string& name = "") const;
  std::string Leases(const std::string& name = "") const;
  std::string Budgets(const std::string& name = "") const;  // PodDisruptionBudgets
  std::string Services(const std::string& name = "") const;
  const std::string& namespace_name() const { return namespace_; }

  ProbeReply Send(HttpRequest request);
  ProbeReply Get(const std::string& target);
  ProbeReply GetMetadata(const std::string& target);   // PartialObjectMetadata
  ProbeReply ListMetadata(const std::string& target);  // PartialObjectMetadataList
  ProbeReply Post(const std::string& target, const Json& body);
  ProbeReply Put(const std::string& target, const Json& body);
  ProbeReply MergePatch(const std::string& target, const Json& body);
  ProbeReply JsonPatch(const std::string& target, const Json& body);
  ProbeReply StrategicPatch(const std::string& target, const Json& body);
  ProbeReply Delete(const std::string& target);
  ProbeReply Delete(const std::string& target, const Json& options);

  // An open watch. It collects events while the loop runs. The probe's destructor ends the watch.
  struct WatchState {
    CallId id = 0;
    std::vector<ProbeEvent> events;
    bool ended = false;
    StreamEnd end;
  };
  using WatchPtr = std::shared_ptr<WatchState>;
  WatchPtr Watch(const std::string& target);
  WatchPtr WatchMetadata(const std::string& target);
  void Cancel(const WatchPtr& watch) { server_.transport.Cancel(watch->id); }
  bool AwaitEvents(const WatchPtr& watch, size_t count);
  bool AwaitEnd(const WatchPtr& watch);
  bool Await(const std::function<bool()>& condition) { return server_.run_until(condition); }

  // Each adds a complaint if the expectation fails.
  bool Expect(bool holds, const std::string& what);
  bool ExpectEqual(const std::string& what, const Json& got, const Json& wanted);
  // Expects a failure with that code and Status.reason.
  bool ExpectRefused(const ProbeReply& reply, int code, const std::string& reason);
  // Expects a success with that code. Returns the reply's object.
  const Json& ExpectOk(const ProbeReply& reply, int code);
  // Expects events of these types, in order: "ADDED MODIFIED BOOKMARK".
  bool ExpectTypes(const WatchPtr& watch, const std::string& wanted);
  const std::vector<std::string>& complaints() const { return complaints_; }

 private:
  std::string Apps(const std::string& plural, const std::string& name) const;
  ProbeReply SendBody(HttpMethod method, const std::string& target, const std::string& type,
                      const Json& body);
  WatchPtr Open(const std::string& target, const std::string& accept);

  ContractServer& server_;
  std::string namespace_;
  std::vector<std::string> complaints_;
  std::vector<WatchPtr> watches_;
};

}  // namespace windlass::sim
