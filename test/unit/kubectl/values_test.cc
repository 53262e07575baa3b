// The pure parts: command line, completion, ages, states of Pods, output.
#include <set>

#include "cmd/kubectl-windlass/cells.h"
#include "cmd/kubectl-windlass/complete.h"
#include "cmd/kubectl-windlass/output.h"
#include "cmd/kubectl-windlass/parse.h"
#include "cmd/kubectl-windlass/pod_state.h"
#include "cmd/kubectl-windlass/replica_sets.h"
#include "kubeclient/config/yaml_reader.h"
#include "test/support/must.h"
#include "test/unit/kubectl/kubectl_run.h"

namespace windlass::cli::values_test {
namespace {

TEST_CASE("Flags may stand before and after the command") {
  const auto line = Must(ParseCommandLine({"-n", "shop", "--as-group=a", "undo", "rollout/web",
                                           "--as=me", "--as-group", "b", "--to-revision", "3", "-o",
                                           "yaml", "--request-timeout=0"}));
  CHECK(line.command == CommandName::kUndo);
  CHECK(line.arguments == std::vector<std::string>{"rollout/web"});
  CHECK(line.connection.namespace_ == "shop");
  CHECK(line.connection.as == "me");
  CHECK(line.connection.as_groups == std::vector<std::string>{"a", "b"});
  CHECK(line.revision == 3);
  CHECK(line.output == OutputFormat::kYaml);
  CHECK(line.connection.request_timeout == std::chrono::hours(24));
}

// As cobra finds it.
TEST_CASE("The flags of a command may stand before it, and help before or after") {
  const auto line =
      Must(ParseCommandLine({"--timeout=3s", "-n", "shop", "--revision", "4", "status", "web"}));
  CHECK(line.command == CommandName::kStatus);
  CHECK(line.timeout == seconds(3));
  CHECK(line.revision == 4);
  CHECK(line.connection.namespace_ == "shop");
  CHECK(ParseCommandLine({"-A", "get"})->all_namespaces);
  CHECK(ParseCommandLine({"help", "undo"})->help.find("--to-revision") != std::string::npos);
  CHECK(ParseCommandLine({"help", "nosuch"}).error().message.starts_with("no command \"nosuch\""));
  CHECK(ParseCommandLine({"help"})->help.find("rolling-update") != std::string::npos);
}

TEST_CASE("status watches by default, get does not") {
  CHECK(ParseCommandLine({"status", "web"})->watch);
  CHECK_FALSE(ParseCommandLine({"status", "web", "--watch=false"})->watch);
  CHECK_FALSE(ParseCommandLine({"status", "web", "--no-watch"})->watch);
  CHECK_FALSE(ParseCommandLine({"get", "web"})->watch);
  CHECK(ParseCommandLine({"get", "web", "-w"})->watch);
  CHECK_FALSE(ParseCommandLine({"status", "web", "--timeout=0"})->timeout.has_value());
}

TEST_CASE("--help is an answer, also of a command, and so is nothing at all") {
  for (const auto& arguments : std::vector<std::vector<std::string>>{{"--help"}, {}}) {
    CHECK(Must(ParseCommandLine(arguments)).help.find("rolling-update") != std::string::npos);
  }
  CHECK(ParseCommandLine({"undo", "--help"})->help.find("--to-revision") != std::string::npos);
}

TEST_CASE("Ages are kubectl's") {
  struct Row {
    int64_t seconds_;
    std::string text;
  };
  const Row row = GENERATE(values<Row>({{-5, "0s"},
                                        {119, "119s"},
                                        {120, "2m"},
                                        {330, "5m30s"},
                                        {5700, "95m"},
                                        {12000, "3h20m"},
                                        {129600, "36h"},
                                        {442800, "5d3h"},
                                        {3542400, "41d"},
                                        {64800000, "2y20d"},
                                        {252374400, "8y"}}));
  CHECK(AgeText(seconds(row.seconds_)) == row.text);
  CHECK(AgeText(std::nullopt, WallTime{5}) == "<unknown>");
}

TEST_CASE("A Pod that is not available says why") {
  struct Row {
    std::string pod;  // spec and status
    std::string status;
    std::string why;
    Mood mood;
    std::string ready = "0/0";  // without spec.containers
    int64_t restarts = 0;
  };
  const Row row = GENERATE(values<Row>({
      {R"({"status":{"phase":"Pending","conditions":[{"type":"PodScheduled","status":"False",
        "message":"0/3 nodes are available"}]}})",
       "Pending", "not scheduled: 0/3 nodes are available", Mood::kBad},
      {R"({"spec":{"nodeName":"n"},"status":{"phase":"Pending","containerStatuses":[{"name":"app",
        "state":{"waiting":{"reason":"ContainerCreating"}}}]}})",
       "ContainerCreating", "app: ContainerCreating", Mood::kWaiting},
      {R"({"status":{"phase":"Running","containerStatuses":[{"name":"app","restartCount":3,
        "state":{"waiting":{"reason":"CrashLoopBackOff","message":"back-off 40s"}},
        "lastState":{"terminated":{"exitCode":7,"reason":"Error"}}}]}})",
       "CrashLoopBackOff", "app: CrashLoopBackOff: back-off 40s; it ended with exit code 7 (Error)",
       Mood::kBad, "0/0", 3},
      {R"({"status":{"phase":"Pending","initContainerStatuses":[{"name":"setup",
        "state":{"waiting":{"reason":"ErrImagePull","message":"no"}}}]}})",
       "Init:ErrImagePull", "setup: ErrImagePull: no", Mood::kBad},
      // Until the Pod is initialized, RESTARTS counts up to the init container whose turn it is.
      {R"({"spec":{"nodeName":"n","initContainers":[{"name":"mesh","restartPolicy":"Always"},
        {"name":"setup"},{"name":"late","restartPolicy":"Always"}],"containers":[{"name":"app"}]},
        "status":{"phase":"Pending","conditions":[{"type":"Initialized","status":"False"}],
        "initContainerStatuses":[
        {"name":"mesh","started":true,"ready":true,"restartCount":2,"state":{"running":{}}},
        {"name":"setup","restartCount":7,"state":{"waiting":{"reason":"CrashLoopBackOff"}}},
        {"name":"late","restartCount":4,"state":{"waiting":{"reason":"PodInitializing"}}}],
        "containerStatuses":[{"name":"app","restartCount":8,
        "state":{"waiting":{"reason":"PodInitializing"}}}]}})",
       "Init:CrashLoopBackOff", "setup: CrashLoopBackOff", Mood::kBad, "1/3", 9},
      {R"({"status":{"phase":"Running","containerStatuses":[{"name":"app","started":true,
        "ready":false,"state":{"running":{}}}]}})",
       "Running", "app: runs, and its readiness probe does not succeed", Mood::kWaiting},
      {R"({"status":{"phase":"Running","containerStatuses":[{"name":"app","started":false,
        "ready":false,"state":{"running":{}}}]}})",
       "Running", "app: runs, and has not passed its startup probe", Mood::kWaiting},
      {R"({"spec":{"nodeName":"n","initContainers":[{"name":"mesh","restartPolicy":"Always"}]},
        "status":{"phase":"Running","initContainerStatuses":[{"name":"mesh","started":true,
        "ready":false,"state":{"running":{}}}],"containerStatuses":[{"name":"app","ready":true,
        "state":{"running":{}}}]}})",
       "Running", "mesh: runs, and its readiness probe does not succeed", Mood::kWaiting, "1/1"},
      {R"({"spec":{"nodeName":"n","initContainers":[{"name":"mesh","restartPolicy":"Always"}]},
        "status":{"phase":"Pending","initContainerStatuses":[{"name":"mesh","started":false,
        "ready":false,"state":{"running":{}}}],"containerStatuses":[{"name":"app",
        "state":{"waiting":{"reason":"PodInitializing"}}}]}})",
       "Init:0/1", "mesh: runs, and has not passed its startup probe", Mood::kWaiting, "0/1"},
      {R"({"spec":{"nodeName":"n","initContainers":[{"name":"first"},{"name":"setup"}],
        "containers":[{"name":"app"}]},"status":{"phase":"Pending","initContainerStatuses":[
        {"name":"first","ready":true,"restartCount":2,"state":{"terminated":{"exitCode":0,
        "reason":"Completed"}}},
        {"name":"setup","started":true,"ready":false,"state":{"running":{}}}],
        "containerStatuses":[{"name":"app","state":{"waiting":{"reason":"PodInitializing"}}}]}})",
       "Init:1/2", "setup: runs", Mood::kWaiting, "0/1", 2},
      {R"({"spec":{"nodeName":"n","initContainers":[{"name":"setup"}],
        "containers":[{"name":"app"}]},"status":{"phase":"Pending","initContainerStatuses":[
        {"name":"setup","ready":false,"state":{"terminated":{"exitCode":1,"reason":"Error"}}}],
        "containerStatuses":[{"name":"app","state":{"waiting":{"reason":"PodInitializing"}}}]}})",
       "Init:Error", "setup: ended with exit code 1", Mood::kBad, "0/1"},
      {R"({"spec":{"nodeName":"n","initContainers":[{"name":"mesh","restartPolicy":"Always"},
        {"name":"late","restartPolicy":"Always"},{"name":"setup"}],"containers":[{"name":"app"}]},
        "status":{"phase":"Running","conditions":[{"type":"Initialized","status":"True"}],
        "initContainerStatuses":[
        {"name":"mesh","started":true,"ready":true,"restartCount":2,"state":{"running":{}}},
        {"name":"late","started":false,"ready":true,"restartCount":1,"state":{"running":{}}},
        {"name":"setup","ready":true,"restartCount":9,"state":{"terminated":{"exitCode":0}}}],
        "containerStatuses":[{"name":"app","started":true,"ready":false,"restartCount":4,
        "state":{"running":{}}}]}})",
       "Running", "app: runs, and its readiness probe does not succeed", Mood::kWaiting, "1/3", 7},
      {R"({"status":{"phase":"Running","containerStatuses":[{"name":"slow","started":true,
        "ready":false,"state":{"running":{}}},{"name":"app",
        "state":{"waiting":{"reason":"ImagePullBackOff"}}}]}})",
       "ImagePullBackOff", "app: ImagePullBackOff", Mood::kBad},
      {R"({"status":{"phase":"Running","containerStatuses":[{"name":"app",
        "state":{"terminated":{"exitCode":1,"reason":"Error"}}}]}})",
       "Error", "app: ended with exit code 1", Mood::kBad},
      {R"({"spec":{"nodeName":"n","readinessGates":[{"conditionType":"lb.example/ready"}]},
        "status":{"phase":"Running","containerStatuses":[{"name":"app","ready":true}]}})",
       "Running", "readiness gate lb.example/ready is not open", Mood::kWaiting, "1/0"},
      // Its node is lost: the node controller changes the condition and no status of a container.
      {R"({"spec":{"nodeName":"n"},"status":{"phase":"Running","conditions":[{"type":"Ready",
        "status":"False"}],"containerStatuses":[{"name":"app","ready":true}]}})",
       "Running",
       "not ready, although all containers are ready: perhaps the Pod's node does not report",
       Mood::kWaiting, "1/0"},
      {R"({"spec":{"nodeName":"n"},"status":{"phase":"Running","conditions":[{"type":"Ready",
        "status":"Unknown","reason":"NodeStatusUnknown","message":"no word of the kubelet"}],
        "containerStatuses":[{"name":"app","ready":true}]}})",
       "Running", "not ready: NodeStatusUnknown: no word of the kubelet", Mood::kWaiting, "1/0"},
      {R"({"spec":{"nodeName":"n"},"status":{"phase":"Pending"}})", "Pending",
       "the kubelet of the Pod's node has not reported the Pod yet", Mood::kWaiting},
      {R"({"spec":{"nodeName":"n"},"status":{"phase":"Running","conditions":[{"type":"Ready",
        "status":"True","lastTransitionTime":"2026-01-01T00:00:10Z"}]}})",
       "Running", "ready, available in 20s (minReadySeconds)", Mood::kWaiting},
      {R"({"status":{"phase":"Running","conditions":[{"type":"Ready","status":"True",
        "lastTransitionTime":"2025-12-31T00:00:00Z"}]}})",
       "Running", "", Mood::kGood},
      {R"({"metadata":{"deletionTimestamp":"2026-01-01T00:00:40Z",
        "deletionGracePeriodSeconds":30},"status":{"phase":"Running"}})",
       "Terminating", "its deletion began 10s ago", Mood::kWaiting},
      {R"({"status":{"phase":"Failed","reason":"Evicted","message":"low on\nmemory"}})", "Evicted",
       "Evicted: low on memory", Mood::kBad},
      {R"({"status":{"phase":"Pending"}})", "Pending", "no node yet", Mood::kWaiting},
      {"{}", "Pending", "no node yet", Mood::kWaiting},
  }));
  CAPTURE(row.pod);
  const WallTime now{sim::VirtualClock::kWallAtStart + 20};
  const PodState state = StateOfPod(Json::parse(row.pod), 30, now);
  CHECK(state.status == row.status);
  CHECK(state.why == row.why);
  CHECK(state.mood == row.mood);
  CHECK(state.ready == row.ready);
  CHECK(state.restarts == row.restarts);
}

TEST_CASE("Selectors are written as a query has them") {
  CHECK(SelectorText(Json::parse(R"({"matchLabels":{"app":"web","tier":"x"}})")) ==
        "app=web,tier=x");
  CHECK(SelectorText(Json::parse(R"({"matchExpressions":[
          {"key":"a","operator":"In","values":["x","y"]},
          {"key":"b","operator":"NotIn","values":["z"]},
          {"key":"c","operator":"Exists"},{"key":"d","operator":"DoesNotExist"}]})")) ==
        "a in (x,y),b notin (z),c,!d");
  CHECK(SelectorText(Json::object()).empty());
}

// YAML that is printed must be read as the same value.
TEST_CASE("Texts that look like something else are quoted in YAML") {
  const Json value = {
      {"a", "5"},  {"b", "true"},  {"c", ""},   {"d", "a: b"},        {"e", "two\nlines\n"},
      {"f", "no"}, {"g", "plain"}, {"h", "#x"}, {"i", Json::array()}, {"j", Json::object()},
      {"k", 5},    {"l", "nul"}};
  const std::string text = PrintValue(value, OutputFormat::kYaml);
  CAPTURE(text);
  const YamlNode read = Must(ParseYaml(text));
  for (const auto& [key, member] : value.items()) {
    CAPTURE(key);
    const YamlNode* node = read.Find(key);
    REQUIRE(node != nullptr);
    if (member.is_string()) CHECK(node->scalar == member.get<std::string>());
  }
  CHECK_FALSE(read.Find("a")->plain);
  CHECK_FALSE(read.Find("b")->plain);
  CHECK(read.Find("g")->plain);
}

TEST_CASE("A reply that is lost is no success, and the write is not repeated") {
  KubectlRun run;
  run.Create(resources::kDeployments, sim::SampleDeployment("web"));
  run.fate = [](const HttpRequest& request) {
    return request.method == HttpMethod::kPatch ? sim::Fate::kReplyLost : sim::Fate::kDelivered;
  };
  CHECK(run.Run("pause web") ==
        Ends(ExitCode::kError, "…look at the object before you repeat the command…"));
  CHECK(run.writes.size() == 1);
}

// As pflag reads them, of which kubectl's users have the habit.
TEST_CASE("A flag's value is read as kubectl reads it") {
  const auto line = [](const std::vector<std::string>& arguments) {
    return Must(ParseCommandLine(arguments));
  };
  CHECK(line({"get", "-n=shop"}).connection.namespace_ == "shop");
  CHECK(line({"get", "-o=yaml"}).output == OutputFormat::kYaml);
  CHECK_FALSE(line({"status", "web", "-w=false"}).watch);
  CHECK(line({"pause", "deployment", "-l=app=web"}).selector == "app=web");
  CHECK(line({"pause", "-f=a.yaml,b.yaml"}).filenames ==
        std::vector<std::string>{"a.yaml", "b.yaml"});
  const CommandLine empty = line({"pause", "--namespace=", "web"});
  CHECK(empty.connection.namespace_.empty());
  CHECK(empty.arguments == std::vector<std::string>{"web"});
  CHECK(line({"get", "-n", "a", "-n", "b"}).connection.namespace_ == "b");
}

Completion CompleteWords(const std::vector<std::string>& words) {
  CompletionSources sources;
  sources.names = [](const ResourceId& resource) -> std::vector<std::string> {
    if (resource == resources::kDeployments) return {"api", "web"};
    if (resource == resources::kRollouts) return {"shop"};
    return {"old"};
  };
  sources.namespaces = [] { return std::vector<std::string>{"default", "prod"}; };
  sources.revisions = [](const ObjectArgument& object) -> std::vector<std::string> {
    if (object.name == "web") return {"12", "11", "1"};
    return {};
  };
  sources.contexts = [] { return std::vector<std::string>{"kind", "prod"}; };
  return Complete(ReadCompletionLine(words), sources);
}

TEST_CASE("Completion offers what fits") {
  struct Row {
    std::vector<std::string> words;
    std::vector<std::string> candidates;
    Directive directive = Directive::kNoFiles;
  };
  const Row row = GENERATE(values<Row>({
      {{"re"}, {"resume", "restart", "retry"}},
      {{"p"}, {"pause", "promote"}},
      {{"status", ""},
       {"deployment", "rollout", "replicationcontroller", "api", "old", "shop", "web"}},
      {{"get", "re"}, {"replicationcontroller"}},
      {{"status", "w"}, {"web"}},
      {{"status", "deployment/"}, {"deployment/api", "deployment/web"}},
      {{"status", "wro/s"}, {"wro/shop"}},
      {{"status", "pod/"}, {}},
      {{"status", "rollout", ""}, {"shop"}},
      {{"-n", "prod", "status", "w"}, {"web"}},
      {{"status", "-n", "p"}, {"prod"}},
      {{"status", "--context=k"}, {"--context=kind"}},
      {{"status", "web", "-o", ""}, {"json", "yaml", "name"}},
      {{"undo", "web", "--to"}, {"--to-revision"}},
      {{"restart", ""}, {"deployment", "rollout", "api", "shop", "web"}},
      {{"resume", "rollout/"}, {"rollout/shop"}},
      {{"restart", "wro", "s"}, {"shop"}},
      {{"undo", "web", "--to-revision", "1"}, {"12", "11", "1"}},
      {{"history", "deployment", "web", "--revision=12"}, {"--revision=12"}},
      {{"undo", "--to-revision", ""}, {}},
      // These commands are about Rollouts alone.
      {{"promote", ""}, {"rollout", "shop"}},
      {{"abort", "rollout/"}, {"rollout/shop"}},
      {{"promote", "rc/"}, {}},
      {{"retry", "rollout", ""}, {"shop"}},
      {{"retry", "d"}, {}},
      {{"promote", "rollout/api", ""}, {"shop"}},
      {{"promote", "--fo"}, {"--force"}},
      {{"pause", "-f", ""}, {}, Directive::kFiles},
      {{"completion", ""}, {"bash", "zsh", "fish"}},
      {{"abort", "wro/shop", "--e"}, {"--end"}},
      {{"retry", "wro/shop", "--t"}, {"--timeout"}},
      {{"promote", "-o", ""}, {"json", "yaml", "name"}},
      {{"rolling-update", ""}, {"old"}},
      {{"rolling-update", "old", "-f", ""}, {}, Directive::kFiles},
      {{"version", ""}, {}},
  }));
  CAPTURE(row.words);
  const Completion completion = CompleteWords(row.words);
  std::vector<std::string> names;
  for (const Described& candidate : completion.candidates) names.push_back(candidate.name);
  CHECK(names == row.candidates);
  CHECK(completion.directive == row.directive);
}

TEST_CASE("The answer to a shell is in cobra's format") {
  CHECK(CompletionText({{{"web", ""}, {"deployment", "type of object"}}, Directive::kNoFiles}) ==
        "web\ndeployment\ttype of object\n:4\n");
  CHECK(CompletionText({}) == ":4\n");
}

TEST_CASE("Completion asks where the flags say") {
  const CompletionLine line = ReadCompletionLine(
      {"--context", "kind", "undo", "-n=shop", "--kubeconfig=/k", "--as", "me", "rollout/w"});
  CHECK(line.command == "undo");
  CHECK(line.connection.context == "kind");
  CHECK(line.connection.namespace_ == "shop");
  CHECK(line.connection.kubeconfig == "/k");
  CHECK(line.connection.as == "me");
  CHECK(line.prefix == "rollout/w");
}

}  // namespace
}  // namespace windlass::cli::values_test
