// TLS as the daemon meets it: a private CA, names, client certificates (B-06…B-08, reliability
// §10.2).
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <cstdio>
#include <cstdlib>

#include "kubeclient/transport/system_trust.h"
#include "test/support/certificates.h"
#include "test/support/folder.h"
#include "test/unit/transport/fixture.h"

namespace windlass {
namespace {

// A cluster: its CA, and an API server that answers "hello".
struct Cluster {
  CertificateAuthority ca{"cluster CA"};
  CertificateAuthority other_ca{"somebody else's CA"};

  TlsServer Server(const Subject& subject, const std::string& client_ca_pem = "") {
    const PemPair pair = ca.Issue(subject);
    return {pair.certificate_pem, pair.key_pem, client_ca_pem};
  }
};

void Hello(Connection& peer, int) {
  while (!peer.ReadRequest().empty() && peer.Write(Response("200 OK", "hello"))) {
  }
}

const Subject kLoopback{"kube-apiserver", {"IP:127.0.0.1"}};

TEST_CASE("a server is trusted by the cluster's CA and its name alone") {
  struct Row {
    std::string id;
    Subject subject;
    std::string server_name;
    bool right_ca;
    bool insecure;
    bool want_ok;
  };
  const Row row = GENERATE(values<Row>({
      {"the address is in the certificate", kLoopback, "", true, false, true},
      {"another CA", kLoopback, "", false, false, false},
      {"another address", {"a", {"IP:127.0.0.2"}}, "", true, false, false},
      {"a name where the address should be", {"a", {"DNS:kubernetes"}}, "", true, false, false},
      {"tls-server-name", {"a", {"DNS:kubernetes"}}, "kubernetes", true, false, true},
      {"a wrong tls-server-name", kLoopback, "kubernetes", true, false, false},
      {"verification switched off", {"a", {"DNS:a"}}, "", false, true, true},
  }));
  CAPTURE(row.id);
  Cluster cluster;
  RawHttpServer server(Hello, cluster.Server(row.subject));
  TransportOptions options;
  const CertificateAuthority& trusted = row.right_ca ? cluster.ca : cluster.other_ca;
  options.tls.ca_pem = trusted.certificate_pem();
  options.tls.server_name = row.server_name;
  options.tls.insecure_skip_verify = row.insecure;
  TransportFixture client(server.url(), options);

  const Result<HttpResponse> reply = client.Call(Send(HttpMethod::kPost, "/api", "{}"));
  if (row.want_ok) {
    REQUIRE(reply.ok());
    CHECK(reply->body == "hello");
  } else {
    REQUIRE_FALSE(reply.ok());
    CHECK(reply.error().kind == ErrorKind::kTls);
    CHECK(reply.error().message.find("certificate verify failed") != std::string::npos);
    CHECK(server.requests().empty());
  }
}

TEST_CASE("without a CA the system's trust does not hold for a private one") {
  Cluster cluster;
  RawHttpServer server(Hello, cluster.Server(kLoopback));
  TransportFixture client(server.url());
  const Streamed streamed = client.StreamToEnd(Get("/watch"));
  REQUIRE(streamed.end->error.has_value());
  CHECK(streamed.end->error->kind == ErrorKind::kTls);
}

TEST_CASE("without a CA the machine's trust store counts, hidden from the library as it is") {
  InitializeNetworkThread();
  CHECK(std::string(getenv(X509_get_default_cert_file_env())) == "/dev/null");
  CHECK(OriginalCertFile() != "/dev/null");

  Cluster cluster;
  const std::string pem = cluster.ca.certificate_pem();
  BIO* bio = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
  X509* certificate = PEM_read_bio_X509(bio, nullptr, nullptr, nullptr);
  char name[16];
  std::snprintf(name, sizeof name, "%08lx.0", X509_subject_name_hash(certificate));
  X509_free(certificate);
  BIO_free(bio);
  const Folder folder;
  folder.Write(name, pem);
  REQUIRE(setenv(X509_get_default_cert_dir_env(), folder.path().c_str(), 1) == 0);

  RawHttpServer server(Hello, cluster.Server(kLoopback));
  TransportFixture client(server.url());
  const Result<HttpResponse> reply = client.Call(Get("/api"));
  REQUIRE(unsetenv(X509_get_default_cert_dir_env()) == 0);
  REQUIRE(reply.ok());
  CHECK(reply->body == "hello");
}

TEST_CASE("a client certificate is presented where the server asks") {
  Cluster cluster;
  RawHttpServer server(Hello, cluster.Server(kLoopback, cluster.ca.certificate_pem()));
  TransportOptions options;
  options.tls.ca_pem = cluster.ca.certificate_pem();
  SECTION("ours is accepted") {
    const PemPair pair = cluster.ca.Issue({"system:windlass", {}});
    options.tls.certificate_pem = pair.certificate_pem;
    options.tls.key_pem = Secret(pair.key_pem);
    TransportFixture client(server.url(), options);
    const Result<HttpResponse> reply = client.Call(Get("/api"));
    REQUIRE(reply.ok());
    CHECK(reply->body == "hello");
  }
  SECTION("another CA's is refused by the server") {
    const PemPair pair = cluster.other_ca.Issue({"system:windlass", {}});
    options.tls.certificate_pem = pair.certificate_pem;
    options.tls.key_pem = Secret(pair.key_pem);
    TransportFixture client(server.url(), options);
    const Result<HttpResponse> reply = client.Call(Get("/api"));
    REQUIRE_FALSE(reply.ok());
    CHECK(reply.error().kind != ErrorKind::kMalformed);
    CHECK(server.requests().empty());
  }
}

TEST_CASE("a connection that is hung up during the handshake was not used") {
  RawHttpServer server([](Connection&, int) {});  // speaks no TLS, closes at once
  TransportFixture client("https://127.0.0.1:" + std::to_string(server.port()));
  const Result<HttpResponse> reply = client.Call(Send(HttpMethod::kPost, "/api", "{}"));
  REQUIRE_FALSE(reply.ok());
  CHECK(reply.error().kind == ErrorKind::kNotSent);
}

TEST_CASE("a deadline during the handshake: the write was not sent and will not be") {
  RawHttpServer server([](Connection& peer, int) { peer.WaitForPeerToClose(); });  // never answers
  TransportFixture client("https://127.0.0.1:" + std::to_string(server.port()));
  std::optional<Result<HttpResponse>> reply;
  client.transport->Call(Send(HttpMethod::kPost, "/api", "{}", seconds(10)),
                         [&](Result<HttpResponse> got) { reply = std::move(got); });
  REQUIRE(client.core.RunUntil([&] { return server.connections() == 1; }));
  client.core.clock.Skip(seconds(10));
  client.core.Turn();
  REQUIRE(reply.has_value());
  REQUIRE_FALSE(reply->ok());
  CHECK(reply->error().kind == ErrorKind::kNotSent);
  CHECK(client.core.RunUntil([&] { return server.closed() == 1; }));
}

TEST_CASE("lines and back-pressure work over TLS") {
  Cluster cluster;
  constexpr int kEvents = 5'000;
  RawHttpServer server(
      [](Connection& peer, int) {
        peer.ReadRequest();
        peer.Write(ChunkedHead());
        for (int i = 0; i < kEvents; ++i) peer.Write(Chunk(std::string(1000, 'x') + "\n"));
        peer.Write(kLastChunk);
        peer.WaitForPeerToClose();
      },
      cluster.Server(kLoopback));
  TransportOptions options;
  options.tls.ca_pem = cluster.ca.certificate_pem();
  TransportFixture client(server.url(), options);
  const Streamed streamed = client.StreamToEnd(Get("/watch"));
  CHECK(streamed.end->ok());
  CHECK(streamed.lines.size() == kEvents);
}

TEST_CASE("TLS material is checked before it is used") {
  Cluster cluster;
  const PemPair leaf = cluster.ca.Issue({"leaf", {"DNS:leaf"}});
  const PemPair other = cluster.ca.Issue({"other", {"DNS:other"}});
  struct Row {
    std::string id;
    std::string ca_pem;
    std::string certificate_pem;
    std::string key_pem;
    std::string message;  // empty = accepted
  };
  const std::string ca = cluster.ca.certificate_pem();
  const std::vector<Row> rows = {
      {"nothing", "", "", "", ""},
      {"a CA", ca, "", "", ""},
      {"a bundle with text around", "# two\n" + ca + "between\n" + leaf.certificate_pem, "", "",
       ""},
      {"certificate and key", ca, leaf.certificate_pem, leaf.key_pem, ""},
      {"both in one text", ca, leaf.certificate_pem + leaf.key_pem,
       leaf.certificate_pem + leaf.key_pem, ""},
      {"a CA that is none", "hello", "", "", "no certificate in PEM form"},
      {"a CA cut short", ca.substr(0, ca.size() / 2), "", "", "no certificate in PEM form"},
      {"only a leaf (B-06)", leaf.certificate_pem, "", "", "cannot issue others"},
      {"a key alone", ca, "", leaf.key_pem, "without a certificate"},
      {"a certificate alone", ca, leaf.certificate_pem, "", "without its key"},
      {"a certificate that is none", ca, "x", leaf.key_pem, "not a certificate"},
      {"a key that is none", ca, leaf.certificate_pem, "x", "not a private key"},
      {"another's key (B-08)", ca, leaf.certificate_pem, other.key_pem, "does not belong"},
      {"an encrypted key (B-08)", ca, leaf.certificate_pem, EncryptKey(leaf.key_pem), "encrypted"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.id);
    TlsMaterial material;
    material.ca_pem = row.ca_pem;
    material.certificate_pem = row.certificate_pem;
    material.key_pem = Secret(row.key_pem);
    const auto identity = TlsIdentity::Parse(material);
    CHECK(identity.ok() == row.message.empty());
    if (identity.ok() || row.message.empty()) continue;
    CHECK(identity.error().kind == ErrorKind::kConfig);
    CHECK(identity.error().message.find(row.message) != std::string::npos);
    CHECK(identity.error().message.find('\n') == std::string::npos);
  }
}

}  // namespace
}  // namespace windlass
