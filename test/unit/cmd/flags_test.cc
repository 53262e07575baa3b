#include "cmd/windlass/flags.h"

#include <string>
#include <vector>

#include "test/catch.h"
#include "test/support/must.h"

namespace windlass::flags_test {
namespace {

Result<Flags> Parse(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), "windlass");
  return ParseFlags(static_cast<int>(arguments.size()), arguments.data(),
                    {{"deployment", nullptr, "replaces the stock one"}, {"toy", nullptr}});
}

TEST_CASE("without flags the defaults hold") {
  const Flags flags = Must(Parse({}));
  CHECK(flags.controllers.empty());  // there is no default: ChooseControllers refuses it
  CHECK(flags.leader_elect);
  CHECK(flags.lease_duration == seconds(15));
  CHECK(flags.metrics_bind_address == "127.0.0.1:8080");
  CHECK(flags.health_probe_bind_address == "0");
}

TEST_CASE("flags are taken in Kubernetes style") {
  const Flags flags = Must(Parse(
      {"--kubeconfig=/etc/k", "--namespace", "shop", "--leader-elect=false", "--kube-api-qps=-1",
       "--kube-api-burst=7", "--max-in-flight=3", "--metrics-bind-address=[::1]:0",
       "--health-probe-bind-address=:8081", "--log-format=json", "-v4",
       "--leader-elect-lease-duration=1m30s", "--leader-elect-renew-deadline=20s"}));
  CHECK(flags.kubeconfig == "/etc/k");
  CHECK(flags.namespace_ == "shop");
  CHECK_FALSE(flags.leader_elect);
  CHECK(flags.qps == -1);
  CHECK(flags.burst == 7);
  CHECK(flags.max_in_flight == 3);
  CHECK(flags.metrics_bind_address == "[::1]:0");
  CHECK(flags.health_probe_bind_address == ":8081");
  CHECK(flags.log_format == LogFormat::kJson);
  CHECK(flags.verbosity == 4);
  CHECK(flags.lease_duration == seconds(90));
  CHECK(Parse({"--no-leader-elect"})->leader_elect == false);
}

TEST_CASE("a wrong flag is refused in one line that names it (BI-12)") {
  struct Row {
    std::vector<const char*> arguments;
    std::string named;
  };
  const Row row = GENERATE(values<Row>({
      {{"--nope"}, "--nope"},
      {{"stray"}, "stray"},
      {{"--kube-api-qps=abc"}, "--kube-api-qps"},
      {{"--kube-api-qps=inf"}, "--kube-api-qps"},
      {{"--kube-api-qps=nan"}, "--kube-api-qps"},
      {{"--kube-api-burst=0"}, "--kube-api-burst"},
      {{"--max-in-flight=0"}, "--max-in-flight"},
      {{"--max-in-flight=99999999999"}, "--max-in-flight"},
      {{"--log-format=xml"}, "--log-format"},
      {{"--credentials-poll-period=999ms"}, "--credentials-poll-period"},
      {{"--credentials-poll-period=often"}, "--credentials-poll-period"},
      {{"--leader-elect-resource-name", ""}, "--leader-elect-resource-name is empty"},
      {{"--leader-elect-resource-namespace", ""}, "--leader-elect-resource-namespace is empty"},
      {{"--leader-elect-lease-duration=5s"}, "--leader-elect-lease-duration"},
      {{"--leader-elect-lease-duration=10"}, "--leader-elect-lease-duration"},
      {{"--leader-elect-retry-period=1h-"}, "--leader-elect-retry-period"},
      {{"--leader-elect-retry-period=9s"}, "--leader-elect-retry-period"},
      {{"--leader-elect-lease-duration=nans"},
       "--leader-elect-lease-duration: 'nans' is not a dur"},
      {{"--credentials-poll-period=nanh"}, "--credentials-poll-period: 'nanh' is not a duration"},
  }));
  const Error error = MustFail(Parse(row.arguments));
  CAPTURE(row.named);
  CHECK(error.message.find(row.named) != std::string::npos);
  CHECK(error.message.find('\n') == std::string::npos);
}

// A Lease stores whole seconds. With a lease duration of 14.9s and a renew deadline of 14.5s,
// others would wait 14 s, so two processes could write for half a second.
TEST_CASE("times of leader election without a margin are refused, with what they must be") {
  const std::string whole =
      "--leader-elect-lease-duration must be a whole number of seconds, at least 1s, for example "
      "15s";
  const std::string longer_lease =
      "--leader-elect-lease-duration must be longer than --leader-elect-renew-deadline; "
      "raise the first or lower the second";
  const std::string longer_deadline =
      "--leader-elect-renew-deadline must be longer than 1.2 times --leader-elect-retry-period; "
      "raise the first or lower the second";
  struct Row {
    const char* lease;
    const char* renew;
    const char* retry;
    std::string said;  // "" = the flags are accepted
  };
  const Row row = GENERATE_COPY(values<Row>({
      {"15s", "10s", "2s", ""},
      {"6s", "4s", "1s", ""},
      {"2s", "1500ms", "100ms", ""},
      {"4.1m", "10s", "2s", ""},
      {"14.9s", "14.5s", "2s", whole},
      {"15500ms", "10s", "2s", whole},
      {"900ms", "800ms", "200ms", whole},
      {"10s", "10s", "2s", longer_lease},
      {"10s", "10001ms", "2s", longer_lease},
      {"15s", "12s", "10s", longer_deadline},
      {"15s", "2400ms", "2s", longer_deadline},
      {"15s", "2s", "3s", longer_deadline},
      {"15s", "10s", "99ms", "--leader-elect-retry-period must be at least 100ms"},
  }));
  const auto flag = [](const char* name, const char* value) {
    return std::string("--leader-elect-") + name + "=" + value;
  };
  const std::string lease = flag("lease-duration", row.lease);
  const std::string renew = flag("renew-deadline", row.renew);
  const std::string retry = flag("retry-period", row.retry);
  CAPTURE(lease, renew, retry);
  const Result<Flags> flags = Parse({lease.c_str(), renew.c_str(), retry.c_str()});
  CHECK((flags.ok() ? "" : flags.error().message) == row.said);
}

TEST_CASE("a flag of an earlier version is refused in one line that says what to do instead") {
  struct Row {
    std::vector<const char*> arguments;
    std::string said;
  };
  const std::string selector =
      "--in-place-namespace-selector does not exist any more: label the namespaces that the flag "
      "selects with windlass.dev/in-place=allowed; apply deploy/in-place-namespaces-policy.yaml; "
      "in all other namespaces, remove the windlass.dev/in-place* annotations of Deployments; then "
      "leave the flag out";
  const Row row = GENERATE_COPY(values<Row>({
      {{"--in-place-namespace-selector", "env!=prod"}, selector},
      {{"--in-place-namespace-selector=team in (a,b),env=x"}, selector},
      {{"--in-place-namespace-selector="}, selector},
      {{"--in-place-namespace-selector"}, selector},
      {{"--kube-api-burst=0", "--in-place-namespace-selector", "env!=prod"}, selector},
  }));
  const Error error = MustFail(Parse(row.arguments));
  CHECK(error.kind == ErrorKind::kConfig);
  CHECK(error.message == row.said);
}

TEST_CASE("a flag whose name only begins like a removed one is unknown") {
  CHECK(MustFail(Parse({"--in-place-namespace-selectors=x"})).message.find("is gone") ==
        std::string::npos);
}

TEST_CASE("--controllers is one list, however often it is given") {
  struct Row {
    std::vector<const char*> arguments;
    std::string list;
  };
  const Row row = GENERATE(values<Row>({
      {{"--controllers", "deployment"}, "deployment"},
      {{"--controllers=*,-toy-controller"}, "*,-toy-controller"},
      {{"--controllers", "-toy,*", "-v4"}, "-toy,*"},
      {{"--controllers=*", "--max-in-flight=3", "--controllers=-toy"}, "*,-toy"},
  }));
  CHECK(Must(Parse(row.arguments)).controllers == row.list);
}

TEST_CASE("--controllers takes no further argument, and none that is empty") {
  for (const std::vector<const char*>& arguments :
       std::vector<std::vector<const char*>>{{"--controllers=deployment", "toy"},
                                             {"--controllers", "deployment", "toy"},
                                             {"--controllers"},
                                             {"--controllers="}}) {
    CHECK(MustFail(Parse(arguments)).message.find('\n') == std::string::npos);
  }
}

TEST_CASE("--version and --help are answers, not errors") {
  CHECK(Parse({"--version"})->version_line.rfind("windlass ", 0) == 0);
  CHECK(Parse({"--help"})->version_line.find("--kubeconfig") != std::string::npos);
}

// LoadConfig tries them in this order. --help breaks lines anywhere, so whitespace is left out.
TEST_CASE("--help names the sources of the configuration in the order in which they are tried") {
  std::string help = Parse({"--help"})->version_line;
  std::erase_if(help, [](char c) { return c == ' ' || c == '\n'; });
  CAPTURE(help);
  CHECK(help.find("withoutittheserviceaccountofthePod,else$KUBECONFIG,else~/.kube/config") !=
        std::string::npos);
}

TEST_CASE("--help names the controllers, and what each does") {
  std::string help = Parse({"--help"})->version_line;
  std::erase_if(help, [](char c) { return c == ' ' || c == '\n'; });
  CAPTURE(help);
  CHECK(help.find("thecontrollersaredeployment(replacesthestockone),toy") != std::string::npos);
}

TEST_CASE("a duration of a flag is Go's, and above 0") {
  CHECK(Parse({"--credentials-poll-period=1m30s"})->credentials_poll_period == seconds(90));
  for (const char* text : {"", "10", "0s", "-1s", "1x"}) {
    CAPTURE(text);
    CHECK_FALSE(Parse({"--credentials-poll-period", text}).ok());
  }
}

}  // namespace
}  // namespace windlass::flags_test
