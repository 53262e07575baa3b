// LoadConfig: which kubeconfig files and in-cluster configurations it accepts, and what each of its
// errors says (BI-01…BI-18).
#include "kubeclient/config/kubeconfig.h"

#include <filesystem>

#include "kubeclient/config/kubeconfig_file.h"
#include "kubeclient/transport/base64.h"
#include "test/support/must.h"
#include "test/unit/config/machine.h"

namespace windlass::kubeconfig_test {
namespace {

TEST_CASE("a kubeconfig as kubeadm writes it") {
  Machine machine;
  const std::string text =
      File("{server: 'https://10.0.0.1:6443', certificate-authority-data: " +
               EncodeBase64(ThePki().ca.certificate_pem()) + "}",
           "{client-certificate-data: " + EncodeBase64(ThePki().admin.certificate_pem) +
               ", client-key-data: " + EncodeBase64(ThePki().admin.key_pem) + "}");
  const ClientConfig config = Must(machine.Load(text));
  CHECK(config.source == "kubeconfig " + machine.folder.Path("config") + ", context x");
  CHECK(config.server == "https://10.0.0.1:6443");
  CHECK(config.namespace_ == "prod");
  CHECK(config.tls_files.ca.empty());
  CHECK(config.tls.ca_pem == ThePki().ca.certificate_pem());
  CHECK(config.tls.certificate_pem == ThePki().admin.certificate_pem);
  CHECK(config.tls.key_pem.Reveal() == ThePki().admin.key_pem);
  CHECK_FALSE(config.tls.insecure_skip_verify);
  CHECK(config.token.empty());
  CHECK(config.notes.empty());
}

TEST_CASE("files are relative to the kubeconfig, data wins over files, tokenFile over token") {
  Machine machine;
  const ClientConfig config = Must(machine.Load(File(
      "{server: 'https://h:1/prefix', certificate-authority: ca.pem, tls-server-name: kubernetes}",
      "{client-certificate: ./admin.pem, client-key: other.key, client-key-data: " +
          EncodeBase64(ThePki().admin.key_pem) + ", token: inline, tokenFile: sub/../token}")));
  CHECK(config.server == "https://h:1/prefix");
  CHECK(config.tls.ca_pem == ThePki().ca.certificate_pem());
  CHECK(config.tls.server_name == "kubernetes");
  CHECK(config.tls.key_pem.Reveal() == ThePki().admin.key_pem);
  CHECK(config.token_file == machine.folder.Path("token"));
  CHECK(config.token.empty());
  // Files are read again later; data in the kubeconfig itself is not, hence no key file.
  CHECK(config.tls_files.ca == machine.folder.Path("ca.pem"));
  CHECK(config.tls_files.certificate == machine.folder.Path("admin.pem"));
  CHECK(config.tls_files.key.empty());
}

TEST_CASE("a fixed token, and none") {
  Machine machine;
  const ClientConfig token = Must(machine.Load(File("{server: 'https://h'}", "{token: ' abc '}")));
  CHECK(token.token.Reveal() == "abc");

  const ClientConfig none =
      Must(machine.Load(File("{server: 'http://127.0.0.1:8001'}", "{}", "{cluster: c}")));
  CHECK(none.token.empty());
  REQUIRE(none.notes.size() == 1);
  CHECK(Has(none.notes.front(), "anonymous"));
}

TEST_CASE("the server, however it is written") {
  struct Row {
    std::string cluster;
    std::string server;
    std::string proxy;  // the proxy's host
  };
  const Row row = GENERATE(values<Row>({
      {"{server: 'https://[fd00::1]:6443'}", "https://[fd00::1]:6443", ""},
      {"{server: 'http://[::1]:8001'}", "http://[::1]:8001", ""},
      {"{server: 'https://h', disable-compression: true}", "https://h", ""},
      {"{server: 'https://h', disable-compression: false}", "https://h", ""},
      {"{server: 'https://h', proxy-url: 'http://jane:s3cr3t@p:3128'}", "https://h", "p"},
      {"{server: 'https://h', proxy-url: ''}", "https://h", ""},
      {"{server: 'https://h', extensions: [{name: a, extension: {b: c}}]}", "https://h", ""},
  }));
  CAPTURE(row.cluster);
  Machine machine;
  const ClientConfig config = Must(machine.Load(File(row.cluster, "{token: t}")));
  CHECK(config.server == row.server);
  CHECK(config.proxy.host == row.proxy);
  if (row.proxy.empty()) return;
  CHECK(config.proxy.origin == "proxy-url of cluster \"c\"");
  CHECK(config.proxy.without == "remove proxy-url of cluster \"c\"");
  CHECK(config.proxy.port == 3128);
  CHECK(config.proxy.user == "jane");
  CHECK(config.proxy.password.Reveal() == "s3cr3t");
}

TEST_CASE("a user that acts as somebody else says so in headers") {
  Machine machine;
  const ClientConfig config = Must(machine.Load(
      File("{server: 'https://h'}",
           "{token: t, as: 'system:jane doe', as-uid: u-1, as-groups: ['dev', 'ops, all'],"
           " as-user-extra: {acme.com/project: [x, y], reason: [test]}}")));
  CHECK(config.headers == std::vector<HttpHeader>{{"Impersonate-User", "system:jane doe"},
                                                  {"Impersonate-Uid", "u-1"},
                                                  {"Impersonate-Group", "dev"},
                                                  {"Impersonate-Group", "ops, all"},
                                                  {"Impersonate-Extra-acme.com%2Fproject", "x"},
                                                  {"Impersonate-Extra-acme.com%2Fproject", "y"},
                                                  {"Impersonate-Extra-reason", "test"}});
  REQUIRE(config.notes.size() == 1);
  CHECK(Has(config.notes.front(), "as system:jane doe"));
}

TEST_CASE("a field of a user that holds nothing says nothing") {
  Machine machine;
  const std::string nothing =
      "tokenFile: '', username: '', password: '', client-certificate: '', "
      "client-certificate-data: '', client-key: '', as: '', as-uid: '', as-groups: [], "
      "as-user-extra: {}";
  SECTION("beside a plugin") {
    machine.folder.Write("plugin", "");
    std::filesystem::permissions(machine.folder.Path("plugin"), std::filesystem::perms::owner_exec,
                                 std::filesystem::perm_options::add);
    const ClientConfig config = Must(machine.Load(
        File("{server: 'https://h'}",
             "{token: '', " + nothing +
                 ", exec: {apiVersion: client.authentication.k8s.io/v1, command: ./plugin, "
                 "interactiveMode: Never}}")));
    CHECK(config.exec.has_value());
    CHECK(config.headers.empty());
  }
  SECTION("beside a token") {
    const ClientConfig config =
        Must(machine.Load(File("{server: 'https://h'}", "{token: t, " + nothing + "}")));
    CHECK(config.token.Reveal() == "t");
    CHECK(config.headers.empty());
  }
}

TEST_CASE("a user with a name and a password") {
  Machine machine;
  const ClientConfig config =
      Must(machine.Load(File("{server: 'https://h'}", "{username: jane, password: ' s3cr3t:'}")));
  CHECK(config.username == "jane");
  CHECK(config.password.Reveal() == " s3cr3t:");
  REQUIRE(config.notes.size() == 1);
  CHECK(Has(config.notes.front(), "since 1.19"));
}

TEST_CASE("each field that cannot be honoured is refused with its name and a remedy") {
  struct Row {
    std::string id;
    std::string cluster;
    std::string user;
    std::string where;    // the entry and field in the message
    std::string message;  // what is wrong or what to do
  };
  const std::string good = "{server: 'https://h:1'}";
  const Row row = GENERATE_COPY(values<Row>({
      {"no server", "{}", "{}", R"(cluster "c": server)", "write https://HOST:PORT"},
      {"no scheme (BI-04)", "{server: 'h:6443'}", "{}", R"(cluster "c": server)", "has no scheme"},
      {"clear text (BI-04)", "{server: 'http://10.0.0.1:8080'}", "{}", R"(cluster "c": server)",
       "use https://"},
      {"server of a wrong type", "{server: [a]}", "{}", R"(cluster "c": server)",
       "must be a string"},
      {"insecure without the flag (BI-05)", "{server: 'https://h', insecure-skip-tls-verify: true}",
       "{}", R"(cluster "c": insecure-skip-tls-verify)", "--insecure-skip-tls-verify"},
      {"a boolean that is none", "{server: 'https://h', insecure-skip-tls-verify: maybe}", "{}",
       "insecure-skip-tls-verify", "must be true or false"},
      {"a SOCKS proxy", "{server: 'https://h', proxy-url: 'socks5://p'}", "{}",
       R"(cluster "c": proxy-url: socks5://)",
       "give an HTTP proxy, http://HOST:PORT, or remove the field"},
      {"TLS to the proxy", "{server: 'https://h', proxy-url: 'https://u:s3cr3t@p'}", "{}",
       R"(cluster "c": proxy-url: https://)", "give an HTTP proxy, http://HOST:PORT"},
      {"a proxy in clear text", "{server: 'http://127.0.0.1:1', proxy-url: 'http://p'}", "{}",
       R"(cluster "c": proxy-url)", "use an https:// server"},
      {"a compression that is none", "{server: 'https://h', disable-compression: 1}", "{}",
       R"(cluster "c": disable-compression)", "must be true or false"},
      {"a field of another time", "{server: 'https://h', api-version: v1}", "{}",
       R"(cluster "c": api-version)", "is not a known field"},
      {"a CA that is missing (BI-06)", "{server: 'https://h', certificate-authority: no.pem}", "{}",
       R"(cluster "c": certificate-authority)", "/no.pem: No such file or directory"},
      {"an empty CA (BI-06)", "{server: 'https://h', certificate-authority: empty.pem}", "{}",
       R"(cluster "c": certificate-authority)", "/empty.pem: is empty"},
      {"a CA that is a folder", "{server: 'https://h', certificate-authority: .}", "{}",
       R"(cluster "c": certificate-authority)", "Is a directory"},
      {"a CA that is no PEM (BI-06)", "{server: 'https://h', certificate-authority: token}", "{}",
       R"(cluster "c": certificate-authority)", "no certificate in PEM form"},
      {"only a leaf as CA (BI-06)", "{server: 'https://h', certificate-authority: admin.pem}", "{}",
       R"(cluster "c": certificate-authority)", "cannot issue others"},
      {"CA data that is no base64", "{server: 'https://h', certificate-authority-data: '%%'}", "{}",
       R"(cluster "c": certificate-authority-data)", "base64 -w0"},
      {"CA data of nothing", R"({server: 'https://h', certificate-authority-data: " \n"})", "{}",
       R"(cluster "c": certificate-authority-data)", "is empty"},
      {"a certificate of nothing", good, R"({token: t, client-certificate-data: "\n"})",
       R"(user "u": client-certificate-data)", "is empty"},
      {"an auth provider (BI-11)", good, "{auth-provider: {name: gcp}}",
       R"(user "u": auth-provider)", "use exec, a token, a tokenFile or a client certificate"},
      {"a field with a slip of the pen", good, "{tokenfile: /t}", R"(user "u": tokenfile)",
       "is not a known field"},
      {"a token and a name", good, "{token: s3cr3t, username: admin}", R"(user "u": username)",
       "remove one of them"},
      {"a password without a name", good, "{password: s3cr3t}", R"(user "u": password)",
       "without a username"},
      {"a name with a colon", good, "{username: 'a:b', password: s3cr3t}", R"(user "u": username)",
       "colon"},
      {"groups of nobody", good, "{token: t, as-groups: [a]}", R"(user "u": as-groups)",
       "needs \"as\", which names the user"},
      {"extra of nobody", good, "{token: t, as-user-extra: {a: [b]}}", R"(user "u": as-user-extra)",
       "needs \"as\", which names the user"},
      {"groups that are no list", good, "{token: t, as: a, as-groups: b}", R"(user "u": as-groups)",
       "must be a list of strings"},
      {"extra that is no list", good, "{token: t, as: a, as-user-extra: {b: c}}",
       R"(user "u": as-user-extra: b)", "must be a list of strings"},
      {"a forged header", good, R"({token: t, as: "a\r\nX: y"})", R"(user "u": as:)",
       "printable ASCII"},
      {"a group of nothing", good, "{token: t, as: a, as-groups: ['']}", R"(user "u": as-groups)",
       "printable ASCII"},
      {"a name that ends in a blank", good, "{token: t, as: 'a '}", R"(user "u": as:)",
       "must not begin or end with a blank"},
      {"a token in two lines", good, R"({token: "s3cr3t\nx"})", R"(user "u": token)",
       "control or non-ASCII"},
      {"a token file that is missing", good, "{tokenFile: no}", R"(user "u": tokenFile)",
       "/no: No such file or directory"},
      {"a token file that is empty (BI-09)", good, "{tokenFile: empty.pem}",
       R"(user "u": tokenFile)", "the token is empty"},
      {"a certificate without key", good, "{client-certificate: admin.pem}",
       R"(user "u": client-certificate)", "without its key"},
      {"a key without certificate", good, "{client-key: admin.key}",
       R"(user "u": client-certificate)", "without a certificate"},
      {"another's key (BI-08)", good, "{client-certificate: admin.pem, client-key: other.key}",
       R"(user "u": client-certificate, client-key)", "does not belong"},
      {"an encrypted key (BI-08)", good,
       "{client-certificate: admin.pem, client-key: encrypted.key}",
       R"(user "u": client-certificate, client-key)", "without a passphrase"},
  }));
  CAPTURE(row.id);
  Machine machine;
  const Result<ClientConfig> config = machine.Load(File(row.cluster, row.user));
  REQUIRE_FALSE(config.ok());
  const std::string message = config.error().message;
  CAPTURE(message);
  CHECK(config.error().kind == ErrorKind::kConfig);
  CHECK(message.starts_with("kubeconfig " + machine.folder.Path("config") + " line "));
  CHECK(Has(message, row.where));
  CHECK(Has(message, row.message));
  CHECK_FALSE(Has(message, "\n"));
  CHECK_FALSE(Has(message, "s3cr3t"));
}

TEST_CASE("verification is switched off by file and flag together, and said") {
  Machine machine;
  machine.sources.insecure_skip_tls_verify = true;
  SECTION("both") {
    const auto config = Must(
        machine.Load(File("{server: 'https://h', insecure-skip-tls-verify: true}", "{token: t}")));
    CHECK(config.tls.insecure_skip_verify);
    REQUIRE(config.notes.size() == 1);
    CHECK(Has(config.notes.front(), "not verified"));
  }
  SECTION("the flag alone does nothing") {
    const auto config = Must(machine.Load(File("{server: 'https://h'}", "{token: t}")));
    CHECK_FALSE(config.tls.insecure_skip_verify);
    REQUIRE(config.notes.size() == 1);
    CHECK(Has(config.notes.front(), "no effect"));
  }
  SECTION("not together with a CA") {
    const Error error = MustFail(machine.Load(
        File("{server: 'https://h', insecure-skip-tls-verify: true, certificate-authority: ca.pem}",
             "{token: t}")));
    CHECK(Has(error.message, "remove one of them"));
  }
}

TEST_CASE("as with kubectl, the file or the flag alone switches verification off") {
  Machine machine;
  machine.sources.as_kubectl = true;
  const std::string insecure = "insecure-skip-tls-verify: true";
  SECTION("the file") {
    const auto config =
        Must(machine.Load(File("{server: 'https://h', " + insecure + "}", "{token: t}")));
    CHECK(config.tls.insecure_skip_verify);
  }
  SECTION("the flag, in place of the CA and whether or not that can be read") {
    machine.sources.insecure_skip_tls_verify = true;
    const std::string ca = GENERATE(as<std::string>(), "ca.pem", "no.pem");
    const auto config = Must(machine.Load(
        File("{server: 'https://h', tls-server-name: n, certificate-authority: " + ca + "}",
             "{token: t}")));
    CHECK(config.tls.insecure_skip_verify);
    CHECK(config.tls.ca_pem.empty());
    CHECK(config.tls_files.ca.empty());
    CHECK(config.tls.server_name == "n");
  }
  SECTION("neither") {
    const auto config = Must(
        machine.Load(File("{server: 'https://h', certificate-authority: ca.pem}", "{token: t}")));
    CHECK_FALSE(config.tls.insecure_skip_verify);
  }
  SECTION("the file, not together with a CA") {
    const Error error = MustFail(machine.Load(File(
        "{server: 'https://h', " + insecure + ", certificate-authority: ca.pem}", "{token: t}")));
    CHECK(Has(error.message, "remove one of them"));
  }
}

TEST_CASE("the environment's proxy counts as with kubectl, and for nothing else") {
  Machine machine;
  const std::string file = File("{server: 'https://h'}", "{token: t}");
  machine.environment["HTTPS_PROXY"] = "http://jane:s3cr3t@p:3128";
  SECTION("as with kubectl") {
    machine.sources.as_kubectl = true;
    const auto config = Must(machine.Load(file));
    CHECK(config.proxy.Text() == "http://p:3128");
    CHECK(config.proxy.user == "jane");
    CHECK(config.proxy.origin == "HTTPS_PROXY");
  }
  SECTION("proxy-url wins, and NO_PROXY does not concern it") {
    machine.sources.as_kubectl = true;
    machine.environment["NO_PROXY"] = "*";
    const auto config =
        Must(machine.Load(File("{server: 'https://h', proxy-url: 'http://q:1'}", "{token: t}")));
    CHECK(config.proxy.Text() == "http://q:1");
  }
  SECTION("one that is not supported is refused") {
    machine.sources.as_kubectl = true;
    machine.environment["HTTPS_PROXY"] = "socks5://p:1080";
    CHECK(MustFail(machine.Load(file))
              .message.starts_with("HTTPS_PROXY: socks5:// proxies are not supported"));
  }
  SECTION("in a Pod as with kubectl, too") {
    machine.sources.as_kubectl = true;
    machine.MountServiceAccount();
    const auto config = Must(LoadConfig(machine.sources));
    CHECK(config.proxy.Text() == "http://p:3128");
  }
  SECTION("a controller says that it passes the variable over") {
    const bool in_pod = GENERATE(false, true);
    machine.environment["HTTPS_PROXY"] = GENERATE("http://jane:s3cr3t@p:3128", "socks5://p");
    if (in_pod) machine.MountServiceAccount();
    const auto config = Must(in_pod ? LoadConfig(machine.sources) : machine.Load(file));
    CHECK(config.proxy.host.empty());
    CHECK(config.notes == std::vector<std::string>{"HTTPS_PROXY is ignored: a proxy is used only "
                                                   "if proxy-url of the kubeconfig names one"});
  }
  SECTION("and says nothing when the variable does not concern it") {
    machine.environment["NO_PROXY"] = "h";
    CHECK(Must(machine.Load(file)).notes.empty());
  }
}

TEST_CASE("a file that is no usable kubeconfig is named (BI-01…BI-03)") {
  struct Row {
    std::string id;
    std::string text;
    std::string want;  // the message behind "kubeconfig <path>"
  };
  const Row row = GENERATE(values<Row>({
      {"empty", "", ": is empty"},
      {"a list", "- a\n", " is not a YAML mapping with fields such as "},
      {"malformed", "a:\n\tb: c\n", " line 2: "},
      {"another kind", "apiVersion: v1\nkind: Pod\n", " line 1: is a v1 Pod, not a v1 Config"},
      {"too large", std::string(kKubeconfigBytesMax + 1, '#'), ": is larger than 1024 KiB"},
      {"no current-context", "clusters: []\n", ": current-context is not set: choose one"},
      {"unknown context", "current-context: y\n", R"(: context "y" is not defined)"},
      {"current-context of a wrong type", "current-context: [y]\n",
       " line 1: current-context must be a string"},
      {"clusters of a wrong type", "clusters: {}\n", " line 1: clusters must be a list"},
      {"an entry without a name", "users:\n- user: {}\n", " line 2: an entry of users has no name"},
      {"an entry that is no map", "users:\n- name: u\n  user: [a]\n",
       R"( line 3: user "u" must be a map)"},
      {"an entry twice", "users:\n- name: u\n- name: u\n", R"( line 3: user "u" is defined twice)"},
      {"a context without a cluster",
       "current-context: x\ncontexts:\n- name: x\n  context: {user: u}\n",
       R"( line 4: context "x": cluster: is missing)"},
      {"an unknown cluster", "current-context: x\ncontexts:\n- name: x\n  context: {cluster: q}\n",
       R"( line 4: context "x": cluster: cluster "q" is not defined)"},
      {"an unknown user", File("{server: 'https://h'}", "{}", "{cluster: c, user: q}"),
       R"( line 12: context "x": user: user "q" is not defined)"},
  }));
  CAPTURE(row.id);
  Machine machine;
  const Result<ClientConfig> config = machine.Load(row.text);
  REQUIRE_FALSE(config.ok());
  CHECK(config.error().kind == ErrorKind::kConfig);
  CAPTURE(config.error().message);
  const std::string path = "kubeconfig " + machine.folder.Path("config");
  const bool as_wanted =
      Has(config.error().message, path + row.want) ||
      Has(config.error().message, "kubeconfig: " + machine.folder.Path("config") + row.want);
  CHECK(as_wanted);
}

TEST_CASE("a file that cannot be read is named with the reason (BI-01)") {
  Machine machine;
  machine.sources.kubeconfig = machine.folder.Path("missing");
  CHECK(MustFail(LoadConfig(machine.sources)).message ==
        "kubeconfig: " + machine.folder.Path("missing") + ": No such file or directory");
}

TEST_CASE("a context may be asked for by name") {
  Machine machine;
  machine.sources.context = "other";
  std::string text = File("{server: 'https://h'}", "{token: t}");
  CHECK_FALSE(machine.Load(text).ok());
  text += "- name: other\n  context: {cluster: c, user: u, namespace: test}\n";
  CHECK(Must(machine.Load(text)).namespace_ == "test");
}

TEST_CASE("cluster and user of the flags replace the context's") {
  Machine machine;
  machine.sources.kubeconfig = machine.folder.Write(
      "config",
      "apiVersion: v1\nkind: Config\ncurrent-context: x\n"
      "clusters: [{name: c, cluster: {server: 'https://c:1'}},"
      " {name: d, cluster: {server: 'https://d:1'}}]\n"
      "users: [{name: u, user: {token: of-u}}, {name: v, user: {token: of-v}}]\n"
      "contexts: [{name: x, context: {cluster: c, user: u}},"
      " {name: a, context: {cluster: d, user: u}}]\n");
  machine.sources.cluster = "d";
  machine.sources.user = "v";
  const auto config = Must(LoadConfig(machine.sources));
  CHECK(config.server == "https://d:1");
  CHECK(config.token.Reveal() == "of-v");
  CHECK(*ContextNames(machine.sources) == std::vector<std::string>{"a", "x"});
}

TEST_CASE("impersonation by flags replaces that of the kubeconfig") {
  Machine machine;
  const std::string file =
      File("{server: 'https://h:1'}", "{token: t, as: other, as-groups: [g], as-uid: '7'}");
  machine.sources.impersonate = {"me", "8", {"a", "b"}};
  const auto config = Must(machine.Load(file));
  CHECK(config.headers == std::vector<HttpHeader>{{"Impersonate-User", "me"},
                                                  {"Impersonate-Uid", "8"},
                                                  {"Impersonate-Group", "a"},
                                                  {"Impersonate-Group", "b"}});
  machine.sources.impersonate = {"", "", {"a"}};
  CHECK(machine.Load(file).error().message ==
        "--as-uid and --as-group need --as: name the user, too");
  machine.sources.impersonate = {"me\nX-Evil: 1", "", {}};
  CHECK(machine.Load(file).error().message ==
        "--as, --as-uid, --as-group: only printable ASCII can be sent");
}

TEST_CASE("a key that everybody can read is pointed out (BI-08)") {
  Machine machine;
  std::filesystem::permissions(machine.folder.Path("admin.key"),
                               std::filesystem::perms::others_read,
                               std::filesystem::perm_options::add);
  const ClientConfig config = Must(machine.Load(
      File("{server: 'https://h'}", "{client-certificate: admin.pem, client-key: admin.key}")));
  REQUIRE(config.notes.size() == 1);
  const std::string key = machine.folder.Path("admin.key");
  CHECK(config.notes.front() ==
        key +
            ": the mode of this client key lets every user read the key: let only the user of this "
            "process read it, with mode 0600 (for a Secret volume: defaultMode)");
}

TEST_CASE("sources are tried in order: flag, Pod, KUBECONFIG, home") {
  Machine machine;
  const auto file = [](const std::string& server) {
    return File("{server: 'https://" + server + "'}", "{token: t}");
  };
  machine.environment["HOME"] = machine.folder.Path("home");
  machine.folder.Write("home/.kube/config", file("home"));
  CHECK(LoadConfig(machine.sources)->server == "https://home");

  machine.environment["KUBECONFIG"] = machine.folder.Write("list", file("list"));
  CHECK(LoadConfig(machine.sources)->server == "https://list");

  machine.MountServiceAccount();
  const ClientConfig pod = Must(LoadConfig(machine.sources));
  CHECK(pod.server == "https://10.96.0.1:443");
  REQUIRE(pod.notes.size() == 1);
  CHECK(Has(pod.notes.front(), "KUBECONFIG is ignored in a Pod"));

  const ClientConfig flag = Must(machine.Load(file("flag")));
  CHECK(flag.server == "https://flag");
  REQUIRE(flag.notes.size() == 1);
  CHECK(Has(flag.notes.front(), "the file of --kubeconfig is used"));  // BI-13
}

TEST_CASE("without any source it is said what was looked for (BI-18)") {
  Machine machine;
  CHECK(Has(MustFail(LoadConfig(machine.sources)).message, "HOME is not set: give --kubeconfig"));
  machine.environment["HOME"] = machine.folder.Path("nowhere");
  CHECK(Has(MustFail(LoadConfig(machine.sources)).message,
            machine.folder.Path("nowhere/.kube/config") + " does not exist"));
}

TEST_CASE("of a KUBECONFIG list the first definition of a name wins") {
  Machine machine;
  const std::string one =
      machine.folder.Write("a/one",
                           "clusters:\n- name: c\n  cluster: {server: 'https://one'}\n"
                           "users:\n- name: u\n  user: {tokenFile: token}\n");
  machine.folder.Write("a/token", "beside-one");
  const std::string two =
      machine.folder.Write("b/two", File("{server: 'https://two'}", "{token: t}"));
  const std::string missing = machine.folder.Path("missing");

  machine.environment["KUBECONFIG"] = one + "::" + missing + ":" + two;
  const ClientConfig config = Must(LoadConfig(machine.sources));
  CHECK(config.server == "https://one");
  CHECK(config.token_file == machine.folder.Path("a/token"));  // relative to its own kubeconfig
  CHECK(config.namespace_ == "prod");

  machine.environment["KUBECONFIG"] = two + ":" + one;
  CHECK(LoadConfig(machine.sources)->server == "https://two");

  machine.environment["KUBECONFIG"] = missing;
  const Result<ClientConfig> none = LoadConfig(machine.sources);
  REQUIRE_FALSE(none.ok());
  CHECK(Has(none.error().message, "none of the files in KUBECONFIG exists (" + missing + ")"));
}

TEST_CASE("a file of KUBECONFIG that is there but cannot be reached is not passed over") {
  Machine machine;
  const std::string two = machine.folder.Write("two", File("{server: 'https://two'}", "{}"));
  std::string path;
  std::string reason;
  SECTION("below a file") {
    path = two + "/config";
    reason = "Not a directory";
  }
  SECTION("a link to itself") {
    path = machine.folder.Path("loop");
    std::filesystem::create_symlink("loop", path);
    reason = "Too many levels of symbolic links";
  }
  machine.environment["KUBECONFIG"] = path + ":" + two;
  CHECK(MustFail(LoadConfig(machine.sources)).message == "kubeconfig: " + path + ": " + reason);
}

TEST_CASE("an empty file in a KUBECONFIG list defines nothing, but is no configuration alone") {
  Machine machine;
  const std::string empty = machine.folder.Write("empty", "");
  const std::string also_empty = machine.folder.Write("comment", "# nothing yet\n");
  const std::string two = machine.folder.Write("two", File("{server: 'https://two'}", "{}"));
  for (const std::string& list : {empty + ":" + two, two + ":" + also_empty}) {
    CAPTURE(list);
    machine.environment["KUBECONFIG"] = list;
    const ClientConfig config = Must(LoadConfig(machine.sources));
    CHECK(config.server == "https://two");
  }
  for (const std::string& list : {empty, empty + ":" + also_empty}) {
    CAPTURE(list);
    machine.environment["KUBECONFIG"] = list;
    CHECK(MustFail(LoadConfig(machine.sources)).message == "kubeconfig " + empty + ": is empty");
  }
}

TEST_CASE("in a Pod the service account is used") {
  Machine machine;
  machine.MountServiceAccount();
  SECTION("as mounted") {
    const ClientConfig config = Must(LoadConfig(machine.sources));
    CHECK(config.source == "in-cluster");
    CHECK(config.server == "https://10.96.0.1:443");
    CHECK(config.namespace_ == "windlass-system");
    CHECK(config.token_file == machine.folder.Path("serviceaccount/token"));
    CHECK(config.tls.ca_pem == ThePki().ca.certificate_pem());
    CHECK(config.tls_files.ca == machine.folder.Path("serviceaccount/ca.crt"));
    CHECK(config.notes.empty());
  }
  SECTION("an IPv6 address gets its brackets (BI-14)") {
    machine.environment["KUBERNETES_SERVICE_HOST"] = "fd00:10:96::1";
    const ClientConfig config = Must(LoadConfig(machine.sources));
    CHECK(config.server == "https://[fd00:10:96::1]:443");
    CHECK(config.notes.empty());
  }
  SECTION("a namespace that is not mounted is no mistake") {
    std::filesystem::remove(machine.folder.Path("serviceaccount/namespace"));
    CHECK(LoadConfig(machine.sources)->namespace_.empty());
  }
  SECTION("one variable alone is no Pod") {
    machine.environment.erase("KUBERNETES_SERVICE_PORT");
    CHECK_FALSE(LoadConfig(machine.sources).ok());
  }
}

TEST_CASE("in a Pod, files come first for a program that asks for that, as for kubectl") {
  Machine machine;
  machine.MountServiceAccount();
  machine.sources.as_kubectl = true;
  CHECK(LoadConfig(machine.sources)->source == "in-cluster");
  machine.environment["KUBECONFIG"] =
      machine.folder.Write("config", File("{server: 'https://h:1'}", "{token: t}"));
  const auto config = Must(LoadConfig(machine.sources));
  CHECK(config.server == "https://h:1");
  CHECK(config.notes.empty());
}

TEST_CASE("a Pod whose service account is not usable says which file") {
  struct Row {
    std::string id;
    std::string file;
    std::string text;
    std::string want;
  };
  const Row row = GENERATE(values<Row>({
      {"no token", "token", "<remove>", "token: No such file or directory"},
      {"an empty token", "token", "\n", "token: the token is empty"},
      {"no CA", "ca.crt", "<remove>", "ca.crt: No such file or directory"},
      {"an empty CA", "ca.crt", "", "ca.crt: is empty"},
      {"a CA that is none", "ca.crt", "x", "ca.crt: the CA contains no certificate"},
  }));
  CAPTURE(row.id);
  Machine machine;
  machine.MountServiceAccount();
  const std::string path = machine.folder.Write("serviceaccount/" + row.file, row.text);
  if (row.text == "<remove>") std::filesystem::remove(path);
  const Error error = MustFail(LoadConfig(machine.sources));
  CAPTURE(error.message);
  CHECK(error.kind == ErrorKind::kConfig);
  CHECK(error.message.starts_with("in-cluster: " +
                                  machine.folder.Path("serviceaccount/" + row.want)));
  CHECK(Has(error.message, "mount a service account token, or give --kubeconfig"));
}

TEST_CASE("a bad in-cluster address names its variables") {
  Machine machine;
  machine.MountServiceAccount();
  machine.environment["KUBERNETES_SERVICE_PORT"] = "tcp://10.0.0.1:443";
  CHECK(Has(MustFail(LoadConfig(machine.sources)).message, "KUBERNETES_SERVICE_PORT"));
}

TEST_CASE("base64 is the standard one, padded") {
  struct Row {
    std::string text;
    std::optional<std::string> want;
  };
  const Row row = GENERATE(values<Row>({
      {"", ""},
      {"Zg==", "f"},
      {"Zm8=", "fo"},
      {"Zm9v", "foo"},
      {"Zm9v\nYmFy\n", "foobar"},
      {"+/+/", "\xfb\xff\xbf"},
      {"Zg", {}},
      {"Zg=", {}},
      {"Z===", {}},
      {"====", {}},
      {"Zg==Zg==", {}},
      {"Zm-v", {}},
      {"Zm9v!", {}},
  }));
  CAPTURE(row.text);
  CHECK(DecodeBase64(row.text) == row.want);
  if (row.want && !Has(row.text, "\n")) CHECK(EncodeBase64(*row.want) == row.text);
}

}  // namespace
}  // namespace windlass::kubeconfig_test
