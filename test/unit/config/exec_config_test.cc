// Credential plugins in a kubeconfig: what is accepted, and what a plugin is told (BI-11).
#include <filesystem>

#include "kubeclient/config/client_config.h"
#include "kubeclient/config/subprocess.h"
#include "kubeclient/transport/base64.h"
#include "test/support/must.h"
#include "test/unit/config/machine.h"

namespace windlass::exec_config_test {
namespace {

struct PluginMachine : Machine {
  PluginMachine() {
    for (const char* name : {"plugin", "bin/tool"}) {
      folder.Write(name, "#!/bin/sh\n");
      std::filesystem::permissions(folder.Path(name), std::filesystem::perms::owner_all);
    }
    environment["PATH"] = ".::" + folder.Path("nothing") + ":" + folder.Path("bin");
  }
  Result<ClientConfig> LoadExec(const std::string& exec,
                                const std::string& cluster = "{server: 'https://h:1'}") {
    return Load(File(cluster, "{exec: " + exec + "}"));
  }
};

constexpr const char* kV1 = "apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never";

TEST_CASE("a plugin is found beside the kubeconfig or in PATH") {
  struct Row {
    std::string command;
    std::string found;  // path below the folder; "" = not found
  };
  const Row row = GENERATE(values<Row>({
      {"./plugin", "plugin"},
      {"bin/../plugin", "plugin"},
      {"tool", "bin/tool"},
  }));
  PluginMachine machine;
  const std::string text = std::string("{") + kV1 + ", command: " + row.command +
                           ", args: [get, '--for=me'], env: [{name: A, value: b c}, {name: D}]}";
  const ClientConfig config = Must(machine.LoadExec(text));
  REQUIRE(config.exec.has_value());
  CHECK(config.exec->command == machine.folder.Path(row.found));
  CHECK(config.exec->args == std::vector<std::string>{"get", "--for=me"});
  CHECK(config.exec->env ==
        std::vector<std::pair<std::string, std::string>>{{"A", "b c"}, {"D", ""}});
  CHECK(config.exec->api_version == "client.authentication.k8s.io/v1");
}

TEST_CASE("a plugin gets the terminal if there is one and the kubeconfig allows it") {
  struct Row {
    std::string version_and_mode;
    bool terminal;
    bool interactive;
  };
  const Row row = GENERATE(values<Row>({
      {"client.authentication.k8s.io/v1, interactiveMode: Never", true, false},
      {"client.authentication.k8s.io/v1, interactiveMode: IfAvailable", true, true},
      {"client.authentication.k8s.io/v1, interactiveMode: IfAvailable", false, false},
      {"client.authentication.k8s.io/v1, interactiveMode: Always", true, true},
      {"client.authentication.k8s.io/v1beta1", true, true},
      {"client.authentication.k8s.io/v1beta1", false, false},
  }));
  CAPTURE(row.version_and_mode, row.terminal);
  PluginMachine machine;
  machine.sources.terminal = row.terminal;
  const auto config =
      Must(machine.LoadExec("{apiVersion: " + row.version_and_mode + ", command: ./plugin}"));
  CHECK(config.exec->interactive == row.interactive);
  CHECK(
      Has(config.exec->info, row.interactive ? R"("interactive":true)" : R"("interactive":false)"));
}

TEST_CASE("a plugin is told what it asks for, and no more") {
  PluginMachine machine;
  SECTION("nothing of the cluster") {
    const auto config = Must(
        machine.LoadExec("{apiVersion: client.authentication.k8s.io/v1beta1, command: ./plugin}"));
    CHECK(config.exec->info ==
          R"({"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1beta1",)"
          R"("spec":{"interactive":false}})");
  }
  SECTION("the cluster") {
    const auto config = machine.LoadExec(
        std::string("{") + kV1 + ", command: ./plugin, provideClusterInfo: true}",
        "{server: 'https://h:1', tls-server-name: n, certificate-authority: ca.pem,"
        " proxy-url: 'http://p:3128', disable-compression: true, extensions: ["
        "{name: other, extension: {x: y}}, {name: client.authentication.k8s.io/exec, extension:"
        " {audience: 'a\"b', n: 5, yes: true, quoted: '5', list: [1, null]}}]}");
    INFO((config.ok() ? std::string() : config.error().message));
    REQUIRE(config.ok());
    CHECK(config->exec->info ==
          R"({"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1",)"
          R"("spec":{"cluster":{"server":"https://h:1","tls-server-name":"n",)"
          R"("certificate-authority-data":")" +
              EncodeBase64(ThePki().ca.certificate_pem()) +
              R"(","proxy-url":"http://p:3128","disable-compression":true,)"
              R"("config":{"audience":"a\"b","n":5,"yes":true,"quoted":"5","list":[1,null]}},)"
              R"("interactive":false}})");
  }
}

TEST_CASE("a plugin that cannot be run as it should be is refused at start") {
  struct Row {
    std::string id;
    std::string user;  // the user's fields
    std::string where;
    std::string message;
  };
  const std::string v1 = kV1;
  const Row row = GENERATE_COPY(values<Row>({
      {"no version", "exec: {command: ./plugin}", "apiVersion", "write client.authentication"},
      {"an old version",
       "exec: {apiVersion: client.authentication.k8s.io/v1alpha1, command: ./plugin}", "apiVersion",
       "v1 or v1beta1"},
      {"no command", "exec: {" + v1 + "}", "command", "is missing"},
      {"a program that is not there", "exec: {" + v1 + ", command: absent}", "command",
       "the program \"absent\" was not found or is not executable: install it"},
      {"how to install it", "exec: {" + v1 + ", command: absent, installHint: \"see\\nhttps://x\"}",
       "command", "the program \"absent\" was not found or is not executable: see https://x"},
      {"a file that is no program", "exec: {" + v1 + ", command: ./token}", "command",
       "was not found or is not executable"},
      {"a plugin that must ask",
       "exec: {apiVersion: client.authentication.k8s.io/v1, interactiveMode: Always, command: "
       "./plugin}",
       "interactiveMode", "does not ask the user"},
      {"v1 without a mode",
       "exec: {apiVersion: client.authentication.k8s.io/v1, command: ./plugin}", "interactiveMode",
       "must be Never, IfAvailable or Always"},
      {"an unknown field", "exec: {" + v1 + ", command: ./plugin, comand: x}", "comand",
       "is not a known field"},
      {"a variable without a name", "exec: {" + v1 + ", command: ./plugin, env: [{value: s3cr3t}]}",
       "env", "must have a name"},
      {"arguments that are no list", "exec: {" + v1 + ", command: ./plugin, args: x}", "args",
       "must be a list of strings"},
  }));
  CAPTURE(row.id);
  PluginMachine machine;
  const Error error = MustFail(machine.Load(File("{server: 'https://h:1'}", "{" + row.user + "}")));
  CAPTURE(error.message);
  CHECK(error.kind == ErrorKind::kConfig);
  CHECK(Has(error.message, R"(user "u": exec: )" + row.where + ": "));
  CHECK(Has(error.message, row.message));
  CHECK_FALSE(Has(error.message, "s3cr3t"));
}

TEST_CASE("a plugin and other credentials contradict each other") {
  const std::string other = GENERATE(
      values<std::string>({"token: t", "tokenFile: token", "username: a",
                           "client-certificate: admin.pem", "client-certificate-data: eA=="}));
  PluginMachine machine;
  const Error error = MustFail(
      machine.Load(File("{server: 'https://h:1'}",
                        std::string("{exec: {") + kV1 + ", command: ./plugin}, " + other + "}")));
  CHECK(Has(error.message, R"(user "u": exec: contradicts)"));
}

TEST_CASE("foreign texts become one short line") {
  CHECK(OneLine("") == "");
  CHECK(OneLine("\n a\r\n\tb\x1b[1m\n") == "a b [1m");
  CHECK(OneLine(std::string(10'000, 'x')).size() == kExecMessageBytesMax);
}

}  // namespace
}  // namespace windlass::exec_config_test
