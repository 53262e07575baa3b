// ClusterConnection: credentials that change while it is open.
#include "kubeclient/config/cluster_connection.h"

#include <atomic>
#include <filesystem>

#include "kubeclient/config/tls_file_watch.h"
#include "kubeclient/config/token_source.h"
#include "kubeclient/transport/cpprest_transport.h"
#include "test/support/must.h"
#include "test/support/recording_log.h"
#include "test/support/test_core_loop.h"
#include "test/unit/config/machine.h"
#include "test/unit/transport/connect_proxy.h"
#include "test/unit/transport/raw_http_server.h"

namespace windlass::cluster_connection_test {
namespace {

struct Client {
  Machine machine;
  TestCoreLoop core;
  RecordingLog log;
  std::unique_ptr<ClusterConnection> connection;

  void Open(const std::string& kubeconfig) {
    InitializeNetworkThread();
    const ClientConfig config = Must(machine.Load(kubeconfig));
    connection = Must(ClusterConnection::Open(config, core.clock, log, core.timers, core.inbox,
                                              {"windlass-test"}));
  }
  Result<HttpResponse> Get() {
    HttpRequest request;
    request.target = "/api";
    request.deadline = seconds(20);
    std::optional<Result<HttpResponse>> result;
    connection->transport().Call(std::move(request),
                                 [&](Result<HttpResponse> reply) { result = std::move(reply); });
    REQUIRE(core.RunUntil([&] { return result.has_value(); }));
    return *std::move(result);
  }
};

// Answers with the request's Authorization header, or with 401 if that header is `bad`.
RawHttpServer::Script WhoAsks(const std::string& bad = "nobody") {
  return [bad](Connection& peer, int) {
    for (;;) {
      const std::string request = peer.ReadRequest();
      if (request.empty()) return;
      const size_t at = request.find("Authorization:");
      const std::string who =
          at == std::string::npos ? "" : request.substr(at + 14, request.find('\r', at) - at - 14);
      peer.Write(Response(who == bad ? "401 Unauthorized" : "200 OK", who));
    }
  };
}

// A server whose certificate another CA has signed than the cluster CA of machine.h.
struct SecureServer {
  CertificateAuthority ca{"server CA"};
  PemPair pair = ca.Issue({"kube-apiserver", {"IP:127.0.0.1", "DNS:api.invalid"}});
  RawHttpServer server;

  explicit SecureServer(const std::string& client_ca_pem = "")
      : server(WhoAsks(), TlsServer{pair.certificate_pem, pair.key_pem, client_ca_pem}) {}
};

TEST_CASE("who asks is as the kubeconfig says") {
  struct Row {
    std::string user;
    std::string who;
  };
  const Row row = GENERATE(values<Row>({
      {"{}", ""},
      {"{token: abc}", "Bearer abc"},
      {"{token: abc, tokenFile: token}", "Bearer from-file"},
      {"{username: Aladdin, password: open sesame}", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="},
  }));
  CAPTURE(row.user);
  const RawHttpServer server(WhoAsks());
  Client client;
  client.Open(File("{server: '" + server.url() + "'}", row.user));
  CHECK(Must(client.Get()).body == row.who);
}

TEST_CASE("requests go through the proxy of the kubeconfig or of the environment") {
  const bool by_environment = GENERATE(false, true);
  const SecureServer api;
  const ConnectProxy proxy;
  Client client;
  client.machine.sources.as_kubectl = true;
  client.machine.folder.Write("server-ca.pem", api.ca.certificate_pem());
  const std::string authority = "api.invalid:" + std::to_string(api.server.port());
  const std::string address = "http://jane:s3cr3t@127.0.0.1:" + std::to_string(proxy.port());
  client.machine.environment["https_proxy"] = by_environment ? address : "http://unused.invalid";
  client.Open(File("{server: 'https://" + authority + "', certificate-authority: server-ca.pem" +
                       (by_environment ? "" : ", proxy-url: '" + address + "'") + "}",
                   "{token: t}"));
  for (int i = 0; i < 2; ++i) {  // the second request goes through the same tunnel
    CHECK(Must(client.Get()).body == "Bearer t");
  }
  REQUIRE(proxy.requests().size() == 1);
  CHECK(proxy.requests().front().starts_with("CONNECT " + authority + " HTTP/1.1\r\n"));
  CHECK(Has(proxy.requests().front(), "Proxy-Authorization: Basic amFuZTpzM2NyM3Q=\r\n"));
}

TEST_CASE("a certificate that nothing vouches for is accepted where that is asked for") {
  const SecureServer api;
  Client client;
  client.machine.sources.as_kubectl = true;
  const std::string server = "server: 'https://127.0.0.1:" + std::to_string(api.server.port());
  const bool asked = GENERATE(false, true);
  client.Open(
      File("{" + server + "'" + (asked ? ", insecure-skip-tls-verify: true}" : "}"), "{token: t}"));
  const Result<HttpResponse> reply = client.Get();
  REQUIRE(reply.ok() == asked);
  if (!asked) CHECK(reply.error().kind == ErrorKind::kTls);
}

TEST_CASE("impersonation goes with every request") {
  const RawHttpServer server(WhoAsks());
  Client client;
  client.Open(File("{server: '" + server.url() + "'}", "{token: t, as: jane, as-groups: [a, b]}"));
  REQUIRE(client.Get().ok());
  const std::string request = server.requests().front();
  CHECK(Has(request, "Impersonate-User:jane\r\n"));
  CHECK(Has(request, "Impersonate-Group:a\r\nImpersonate-Group: b\r\n"));
}

TEST_CASE("a token that is refused is read again for the next request") {
  const RawHttpServer server(WhoAsks("Bearer from-file"));
  Client client;
  client.Open(File("{server: '" + server.url() + "'}", "{tokenFile: token}"));
  CHECK(client.Get()->status == 401);
  client.machine.folder.Write("token", "renewed\n");
  CHECK(client.Get()->body == "Bearer renewed");
}

TEST_CASE("a server with a certificate of a new CA costs one request, not a period") {
  SecureServer api;
  Client client;
  client.Open(
      File("{server: '" + api.server.url() + "', certificate-authority: ca.pem}", "{token: t}"));
  CHECK(client.Get().error().kind == ErrorKind::kTls);
  client.core.clock.Skip(kCredentialsLookAgain);
  client.machine.folder.Write("ca.pem", "broken");
  CHECK(client.Get().error().kind == ErrorKind::kTls);
  client.core.clock.Skip(kCredentialsLookAgain);
  client.machine.folder.Write("ca.pem", api.ca.certificate_pem());
  CHECK(client.Get().error().kind == ErrorKind::kTls);  // the refusal makes it read the CA file
  CHECK(client.Get()->body == "Bearer t");
  REQUIRE(client.log.lines.size() == 2);
  CHECK(Has(client.log.lines[0], "ca.pem: the CA contains no certificate"));
  CHECK(Has(client.log.lines[1], "certificates reloaded"));
}

TEST_CASE("a certificate that a plugin gives is presented by the request that waited for it") {
  SecureServer api(ThePki().ca.certificate_pem());
  Client client;
  const auto escape = [](const std::string& text) {
    std::string escaped;
    for (const char c : text) escaped += c == '\n' ? std::string("\\n") : std::string(1, c);
    return escaped;
  };
  const std::string plugin = client.machine.folder.Write(
      "plugin",
      "#!/bin/sh\ncat << 'END'\n{\"kind\": \"ExecCredential\", \"apiVersion\": "
      "\"client.authentication.k8s.io/v1\", \"status\": {\"clientCertificateData\": \"" +
          escape(ThePki().admin.certificate_pem) + "\", \"clientKeyData\": \"" +
          escape(ThePki().admin.key_pem) + "\"}}\nEND\n");
  std::filesystem::permissions(plugin, std::filesystem::perms::owner_all);
  client.machine.folder.Write("server-ca.pem", api.ca.certificate_pem());
  const std::string kubeconfig =
      File("{server: '" + api.server.url() + "', certificate-authority: server-ca.pem}",
           "{exec: {apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never, "
           "command: ./plugin}}");
  SECTION("and again") {
    client.Open(kubeconfig);
    for (int i = 0; i < 2; ++i) {
      CHECK(Must(client.Get()).status == 200);
    }
    CHECK(api.server.connections() == 1);
    // A new CA file is used as well, and the plugin's certificate stays.
    client.machine.folder.Write("server-ca.pem", api.ca.certificate_pem() + "\n");
    client.core.clock.Skip(kCredentialsPoll);
    CHECK(client.Get().ok());
    CHECK(client.Get().ok());
    CHECK(client.log.lines.size() == 1);
  }
  SECTION("or not, when it fails") {
    client.machine.folder.Write("plugin", "#!/bin/sh\nexit 1\n");
    std::filesystem::permissions(plugin, std::filesystem::perms::owner_all);
    client.Open(kubeconfig);
    const Error error = MustFail(client.Get());
    CHECK(error.kind == ErrorKind::kUnauthorized);
    CHECK(Has(error.message, "ended with exit code 1"));
    CHECK(api.server.connections() == 0);
  }
}

// A source whose Refused blocks the network thread until the test sets `may_return`.
struct HoldingSource final : CredentialSource {
  std::atomic<int>& refused;      // 1 = Refused blocks
  std::atomic<bool>& may_return;  // set by the test to release it

  HoldingSource(std::atomic<int>& refused_, std::atomic<bool>& may_return_)
      : refused(refused_), may_return(may_return_) {}
  std::optional<Answer> Authorization(Later) override { return Answer(Secret("Bearer bad")); }
  void Refused(MonotonicTime) override {
    refused = 1;
    may_return.wait(false);
  }
};

TEST_CASE("credentials go with their transport, even while the network thread is held up") {
  InitializeNetworkThread();
  const RawHttpServer holding(WhoAsks("Bearer bad"));
  const RawHttpServer silent([](Connection& peer, int) {
    peer.ReadRequest();
    peer.WaitForPeerToClose();
  });
  TestCoreLoop core;
  std::atomic<int> refused = 0;
  std::atomic<bool> may_return = false;
  const auto open = [&core](const RawHttpServer& server, std::shared_ptr<CredentialSource> source) {
    TransportOptions options;
    options.server = server.url();
    options.user_agent = "windlass-test";
    options.credentials = std::move(source);
    return *CppRestTransport::Create(core.clock, core.timers, core.inbox, std::move(options));
  };
  auto source = std::make_shared<FixedCredentials>(Secret("Bearer good"));
  const std::weak_ptr<CredentialSource> watched = source;
  auto going = open(silent, std::move(source));
  auto other = open(holding, std::make_shared<HoldingSource>(refused, may_return));
  const auto call = [](CppRestTransport& transport) {
    HttpRequest request;
    request.target = "/api";
    request.deadline = seconds(60);
    transport.Call(std::move(request), [](const Result<HttpResponse>&) {});
  };
  call(*going);
  REQUIRE(core.RunUntil([&] { return silent.requests().size() == 1; }));
  call(*other);
  REQUIRE(core.RunUntil([&] { return refused == 1; }));
  going.reset();  // its exchange cannot end while Refused blocks the thread
  CHECK(watched.expired());
  may_return = true;
  may_return.notify_all();
}

}  // namespace
}  // namespace windlass::cluster_connection_test
