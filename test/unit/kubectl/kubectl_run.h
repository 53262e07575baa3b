// Runs commands of kubectl-windlass in process, against the modelled API server: no network, and
// virtual time.
//
//   KubectlRun run;
//   run.Create(resources::kDeployments, sim::SampleDeployment("web", 3));
//   const Ran ran = run.Run("pause web");
//   CHECK(ran.out == "deployment.apps/web paused\n");
#pragma once

#include <cstdlib>
#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "cmd/kubectl-windlass/commands.h"
#include "cmd/kubectl-windlass/parse.h"
#include "cmd/kubectl-windlass/run.h"
#include "controller/api/custom_resources.h"
#include "kubeclient/api/canonical.h"
#include "kubeclient/api/fingerprint_text.h"
#include "test/catch.h"
#include "test/sim/api_server.h"
#include "test/sim/sample_objects.h"
#include "test/sim/sim_transport.h"
#include "test/unit/kubectl/wanted.h"

namespace windlass::cli {

// The words of a command line: a list, or a text with a blank between two words.
struct Words : std::vector<std::string> {
  Words(std::initializer_list<std::string> words) : vector(words) {}   // NOLINT: implicit
  Words(std::vector<std::string> words) : vector(std::move(words)) {}  // NOLINT: implicit
  Words(const char* line) : Words(std::string(line)) {}                // NOLINT: implicit
  Words(const std::string& line) {                                     // NOLINT: implicit
    std::istringstream in(line);
    for (std::string word; in >> word;) push_back(word);
  }
};
inline Words operator+(Words line, const Words& more) {
  line.insert(line.end(), more.begin(), more.end());
  return line;
}

// A write that reached the API server.
struct SentWrite {
  std::string target;
  std::string content_type;
  std::string body;
};

// A transport that may answer by itself, in place of the modelled API server.
class AnsweringTransport final : public Transport {
 public:
  AnsweringTransport(sim::SimTransport& server, TimerQueue& timers, const Clock& clock)
      : server_(server), timers_(timers), clock_(clock) {}

  CallId Call(HttpRequest request, ReplyHandler reply) override {
    auto answered = answer ? answer(request) : std::nullopt;
    if (!answered) return server_.Call(std::move(request), std::move(reply));
    timers_.At(clock_.Now(), [reply, said = *std::move(answered)] { reply(said); });
    return kAnswered;
  }
  CallId Stream(HttpRequest request, StreamHandler handler) override {
    auto ended = answer_watch ? answer_watch(request) : std::nullopt;
    if (!ended) return server_.Stream(std::move(request), std::move(handler));
    timers_.At(clock_.Now(), [end = handler.on_end, said = *std::move(ended)] { end(said); });
    return kAnswered;
  }
  void Cancel(CallId id) override {
    if (id != kAnswered) server_.Cancel(id);
  }

  // nullopt: the modelled API server answers.
  std::function<std::optional<Result<HttpResponse>>(const HttpRequest&)> answer;
  std::function<std::optional<StreamEnd>(const HttpRequest&)> answer_watch;

 private:
  static constexpr CallId kAnswered = ~CallId{0};

  sim::SimTransport& server_;
  TimerQueue& timers_;
  const Clock& clock_;
};

// Sets variables of the process' environment until it is destroyed.
class ScopedEnvironment {
 public:
  explicit ScopedEnvironment(const std::map<std::string, std::string>& variables) {
    for (const auto& [name, value] : variables) {
      const char* before = std::getenv(name.c_str());
      before_[name] = before == nullptr ? std::nullopt : std::optional<std::string>(before);
      setenv(name.c_str(), value.c_str(), 1);
    }
  }
  ~ScopedEnvironment() {
    for (const auto& [name, value] : before_) {
      if (value) setenv(name.c_str(), value->c_str(), 1);
      if (!value) unsetenv(name.c_str());
    }
  }
  ScopedEnvironment(const ScopedEnvironment&) = delete;
  ScopedEnvironment& operator=(const ScopedEnvironment&) = delete;

 private:
  std::map<std::string, std::optional<std::string>> before_;
};

// A condition in a status. `more` are its other fields.
struct StatusCondition {
  std::string type, status, reason;
  std::string message{};  // "": it has no message
  Json more = Json::object();
};

// Gives `object` the condition in place of those that it has.
inline void SetCondition(Json& object, const StatusCondition& condition) {
  Json written = condition.more;
  written["type"] = condition.type;
  written["status"] = condition.status;
  written["reason"] = condition.reason;
  if (!condition.message.empty()) written["message"] = condition.message;
  object["status"]["conditions"] = Json::array({written});
}
// As SetCondition, but keeps the conditions of other types.
inline void AddCondition(Json& object, const StatusCondition& condition) {
  const Json others = object["status"].value("conditions", Json::array());
  SetCondition(object, condition);
  for (const Json& other : others) object["status"]["conditions"].push_back(other);
}

// Returns the fate of requests whose target has `part` in it. All others are delivered.
inline std::function<sim::Fate(const HttpRequest&)> FateOf(std::string part, sim::Fate fate) {
  return [=](const HttpRequest& request) {
    return request.target.find(part) != std::string::npos ? fate : sim::Fate::kDelivered;
  };
}

using Answer = std::function<std::optional<Result<HttpResponse>>(const HttpRequest&)>;

// Returns an answer to requests whose target has `part` in it, and which have `method`, if that is
// given. The modelled API server answers all others.
inline Answer AnswerTo(std::string part, HttpResponse response,
                       std::optional<HttpMethod> method = std::nullopt) {
  return [=](const HttpRequest& request) -> std::optional<Result<HttpResponse>> {
    if (request.target.find(part) == std::string::npos) return std::nullopt;
    if (method && request.method != *method) return std::nullopt;
    return response;
  };
}
inline HttpResponse Refusal(int code, const std::string& reason, const std::string& message) {
  const Json status = {{"kind", "Status"},
                       {"status", "Failure"},
                       {"reason", reason},
                       {"code", code},
                       {"message", message}};
  return {code, "application/json", status.dump(), {}};
}
// The API server does not serve the resource.
inline HttpResponse NotServed() { return {404, "text/plain", "404 page not found", {}}; }

// Returns a ReplicaSet of `owner`, a Deployment or a Rollout, with its template.
inline Json ReplicaSetOf(const Json& owner, const std::string& name, int replicas) {
  Json set = sim::SampleReplicaSet(name, replicas);
  set["metadata"]["labels"]["app"] = owner["metadata"]["name"];
  set["metadata"]["ownerReferences"] = sim::ControlledBy(owner);
  set["spec"]["selector"]["matchLabels"]["app"] = owner["metadata"]["name"];
  set["spec"]["template"] = owner["spec"]["template"];
  return set;
}
// Returns a Pod of `set`, one of the ReplicaSets of "web".
inline Json PodOf(const Json& set, const std::string& name) {
  Json pod = sim::SamplePod(name, "web");
  pod["metadata"]["ownerReferences"] = sim::ControlledBy(set);
  return pod;
}

class KubectlRun {
 public:
  KubectlRun() {
    for (const char* name : {"default", "shop"}) {
      server.Create("setup", resources::kNamespaces, "", sim::SampleNamespace(name));
    }
    transport.decide = [this](uint64_t, const HttpRequest& request) {
      requests.push_back(request.target);
      // The plan of a rolling update asks whether a creation would be refused.
      const bool asks = request.target.find("/replicationcontrollers?") != std::string::npos &&
                        request.target.find("dryRun=All") != std::string::npos;
      if (request.method != HttpMethod::kGet && !asks) {
        writes.push_back({request.target, request.content_type, request.body});
      }
      return fate ? fate(request) : sim::Fate::kDelivered;
    };
  }

  void Create(const ResourceId& resource, const Json& object,
              const std::string& namespace_ = "default") {
    REQUIRE(server.Create("setup", resource, namespace_, object).ok());
  }
  // The cluster has this CustomResourceDefinition; one of revision 0 has no annotation.
  void HasCrd(const std::string& name, int64_t revision) {
    Json crd = {{"kind", "CustomResourceDefinition"}, {"metadata", {{"name", name}}}};
    if (revision > 0) {
      crd["metadata"]["annotations"]["windlass.dev/crd-revision"] = std::to_string(revision);
    }
    server.Show("/apis/apiextensions.k8s.io/v1/customresourcedefinitions/" + name, crd);
  }
  // Changes an object; `subresource` is "" or "status".
  void Edit(const ResourceId& resource, const std::string& name, std::string_view subresource,
            const std::function<void(Json&)>& edit) {
    REQUIRE(server.Update("setup", {resource, "default", name}, subresource, edit).ok());
  }
  Json Stored(const ResourceId& resource, const std::string& name) {
    const sim::Object object = server.Find({resource, "default", name});
    REQUIRE(object != nullptr);
    return *object;
  }
  // Deletes an object at once. What it owns goes later.
  void Remove(const ResourceId& resource, const std::string& name) {
    sim::DeleteOptions at_once;
    at_once.propagation = sim::Propagation::kBackground;
    REQUIRE(server.Delete("setup", {resource, "default", name}, at_once).ok());
  }
  // Writes one condition, in place of those that there are.
  void SetCondition(const ResourceId& resource, const std::string& name,
                    const StatusCondition& condition) {
    Edit(resource, name, "status", [&](Json& o) { cli::SetCondition(o, condition); });
  }
  void CreateUpdate(const std::string& name, const Json& spec) {
    const ResourceId& updates = resources::kReplicationControllerUpdates;
    Create(updates, {{"apiVersion", updates.GroupVersion()},
                     {"kind", updates.kind},
                     {"metadata", {{"name", name}}},
                     {"spec", spec}});
  }
  // Leaves ReplicationController old as an update to ReplicationController new has begun it, of
  // which neither has other Pods yet.
  void BeginUpdateOfOld() {
    const ResourceId& controllers = resources::kReplicationControllers;
    const std::string uid = Stored(controllers, "old")["metadata"]["uid"];
    const std::string replicas = Stored(controllers, "old")["spec"]["replicas"].dump();
    Json created = sim::SampleReplicationController("new", 0, "app:v2");
    created["metadata"]["annotations"] = {{"kubectl.kubernetes.io/update-source-id", "old:" + uid},
                                          {"kubectl.kubernetes.io/desired-replicas", replicas}};
    Create(controllers, created);
    Edit(controllers, "old", "", [&](Json& old) {
      old["metadata"]["annotations"] = {{"kubectl.kubernetes.io/next-controller-id", "new"},
                                        {"kubectl.kubernetes.io/original-replicas", replicas}};
    });
  }
  // Calls `change` after `delay` of virtual time, while a command runs.
  void After(Duration delay, std::function<void()> change) { loop.After(delay, std::move(change)); }

  Ran Run(const Words& arguments) {
    Ran ran;
    Console console;
    console.out = [this, &ran](std::string_view text) {
      if (out_fails) throw std::runtime_error("the output cannot be written");
      ran.out += text;
      if (all != nullptr) *all += text;
    };
    console.message = [this, &ran](std::string_view text) {
      ran.messages += text;
      if (all != nullptr) *all += text;
    };
    console.lost = [this] { return lost; };
    console.terminal = terminal;
    console.colour = colour;
    console.ascii = ascii;
    console.size = [this] { return size; };
    const Result<CommandLine> line = ParseCommandLine(arguments);
    if (!line.ok() || line->command == CommandName::kHelp || kubeconfig) {
      const ScopedEnvironment variables(environment);
      ran.code = RunProgram(console, arguments);
      return ran;
    }
    Session::Options options;
    options.server = "https://cluster.example:6443";
    options.timeout = line->timeout;
    Session session(
        loop.clock(), loop.timers(), answering,
        [this](const std::function<bool()>& finished) {
          if (!loop.RunUntil(finished, std::chrono::hours(24))) FAIL("the command does not end");
        },
        options);
    if (interrupt_after) {
      loop.After(*interrupt_after, [&session] { session.Interrupt(); });
    }
    const std::string namespace_ =
        line->connection.namespace_.empty() ? "default" : line->connection.namespace_;
    ran.code = RunCommand({session, console, *line, namespace_});
    return ran;
  }

  sim::SimLoop loop{1};
  sim::ApiServer server{loop};
  sim::SimTransport transport{server, loop.timers(), Random(2), {}};
  AnsweringTransport answering{transport, loop.timers(), loop.clock()};
  std::vector<std::string> requests;  // targets of all calls; watches are none
  std::vector<SentWrite> writes;
  std::function<sim::Fate(const HttpRequest&)> fate;  // null: all are delivered
  bool terminal = false;
  bool colour = false;
  bool ascii = false;
  bool kubeconfig = false;  // the program reads its kubeconfig, and must fail at that
  std::map<std::string, std::string> environment;  // added to the process' own, with kubeconfig
  bool out_fails = false;                          // whatever is printed throws an exception
  std::string lost;                                // why what is printed is lost; "": it is not
  std::string* all = nullptr;  // what is printed and what is said, in this order
  TerminalSize size{100, 20};
  std::optional<Duration> interrupt_after{};
};

// Returns the note windlass.dev/requested-template of the ReplicaSet that is made for the template
// of `rollout`. That ReplicaSet has the API server's defaults, too.
inline std::string RequestedTemplate(const Json& rollout) {
  const auto canonical = CanonicalTemplate(rollout["spec"]["template"].dump());
  REQUIRE(canonical.ok());
  return windlass::TextOf(FingerprintOf(*canonical));
}

// Writes a status as after a rollout of `replicas` Pods of which `updated` have the new template.
inline void SetCounters(Json& object, int replicas, int updated, int available) {
  object["status"]["observedGeneration"] = object["metadata"]["generation"];
  object["status"]["replicas"] = replicas;
  object["status"]["updatedReplicas"] = updated;
  object["status"]["readyReplicas"] = available;
  object["status"]["availableReplicas"] = available;
}

}  // namespace windlass::cli
