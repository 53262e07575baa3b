// TLS as the daemon meets it: a private CA, names, client certificates (BI-06…BI-08).
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <cstdio>
#include <cstdlib>

#include "kubeclient/transport/system_trust.h"
#include "test/support/certificates.h"
#include "test/support/folder.h"
#include "test/support/must.h"
#include "test/unit/transport/fixture.h"

namespace windlass::tls_test {
namespace {

// A cluster's CA, and an API server that answers "hello".
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

// BI-07.
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
      {"the address as common name alone", {"127.0.0.1", {}}, "", true, false, false},
      {"tls-server-name", {"a", {"DNS:kubernetes"}}, "kubernetes", true, false, true},
      {"a wrong tls-server-name", kLoopback, "kubernetes", true, false, false},
      {"tls-server-name as common name alone",
       {"kubernetes", {}},
       "kubernetes",
       true,
       false,
       false},
      {"a wildcard", {"a", {"DNS:*.example.com"}}, "api.example.com", true, false, true},
      {"a wildcard for two", {"a", {"DNS:*.example.com"}}, "a.b.example.com", true, false, false},
      {"an address as tls-server-name", {"a", {"IP:10.0.0.1"}}, "10.0.0.1", true, false, true},
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
    CHECK(Has(server.requests().front(), "Host:" + server.url().substr(8) + "\r\n"));
  } else {
    REQUIRE_FALSE(reply.ok());
    CHECK(reply.error().kind == ErrorKind::kTls);
    CHECK(reply.error().message.find("certificate verify failed") != std::string::npos);
    CHECK(server.requests().empty());
  }
  // The client sends a name as SNI, but no address (RFC 6066 §3).
  REQUIRE(client.core.RunUntil([&] { return !server.server_names().empty(); }));
  const bool name = !row.server_name.empty() && row.server_name != "10.0.0.1";
  CHECK(server.server_names() == std::vector<std::string>{name ? row.server_name : ""});
}

TEST_CASE("a server is reached by its IPv6 address, which its certificate names") {
  if (!HasIpv6()) return;
  Cluster cluster;
  const bool named = GENERATE(true, false);
  const Subject subject{"kube-apiserver", {named ? "IP:::1" : "IP:127.0.0.1"}};
  RawHttpServer server(Hello, cluster.Server(subject), Loopback::kV6);
  TransportOptions options;
  options.tls.ca_pem = cluster.ca.certificate_pem();
  TransportFixture client(server.url() + "/prefix", options);
  for (int i = 0; i < 2; ++i) {  // the second call uses the same connection
    const Result<HttpResponse> reply = client.Call(Get("/api?x=1"));
    REQUIRE(reply.ok() == named);
    if (!named) {
      CHECK(reply.error().kind == ErrorKind::kTls);
      return;
    }
    CHECK(server.requests().back().starts_with("GET /prefix/api?x=1 HTTP/1.1\r\n"));
    CHECK(Has(server.requests().back(), "Host:" + server.url().substr(8) + "\r\n"));
  }
  CHECK(server.connections() == 1);
}

TEST_CASE("other TLS material is used from then on, for streams that are open as well") {
  Cluster cluster;
  const TlsServer first = cluster.Server(kLoopback, cluster.ca.certificate_pem());
  RawHttpServer server(
      [](Connection& peer, int) {
        for (;;) {
          const std::string request = peer.ReadRequest();
          if (request.empty()) return;
          if (!Has(request, "/watch")) {
            if (!peer.Write(Response("200 OK", "hello"))) return;
            continue;
          }
          peer.Write(ChunkedHead() + Chunk("one\ntw"));
          peer.WaitForPeerToClose();
        }
      },
      first);
  const PemPair own = cluster.ca.Issue({"first", {}});
  TransportOptions options;
  options.tls.ca_pem = cluster.ca.certificate_pem();
  options.tls.certificate_pem = own.certificate_pem;
  options.tls.key_pem = Secret(own.key_pem);
  TransportFixture client(server.url(), options);
  CHECK(client.Call(Get("/api")).ok());
  Streamed watch;
  client.Stream(Get("/watch"), watch);
  REQUIRE(client.core.RunUntil([&] { return watch.lines.size() == 1; }));
  CHECK(server.connections() == 2);

  SECTION("what cannot be used changes nothing") {
    TlsMaterial broken = options.tls;
    broken.key_pem = Secret(cluster.ca.Issue({"other", {}}).key_pem);
    const Status replaced = client.transport->ReplaceTls(broken);
    REQUIRE_FALSE(replaced.ok());
    CHECK(Has(replaced.error().message, "does not belong"));
    CHECK(client.Call(Get("/api")).ok());
    CHECK(server.connections() == 2);
    CHECK(watch.ends == 0);
  }
  SECTION("another client certificate") {
    TlsMaterial next = options.tls;
    const PemPair pair = cluster.other_ca.Issue({"second", {}});  // this server refuses it
    next.certificate_pem = pair.certificate_pem;
    next.key_pem = Secret(pair.key_pem);
    REQUIRE(client.transport->ReplaceTls(next).ok());
    REQUIRE(client.core.RunUntil([&] { return watch.end.has_value(); }));
    CHECK(watch.end->ok());  // as if the server had ended the watch
    CHECK(watch.lines == std::vector<std::string>{"one"});
    CHECK_FALSE(client.Call(Get("/api")).ok());
    CHECK(client.core.RunUntil([&] { return server.closed() == server.connections(); }));
  }
  SECTION("another CA") {
    TlsMaterial next = options.tls;
    next.ca_pem = cluster.other_ca.certificate_pem();
    REQUIRE(client.transport->ReplaceTls(next).ok());
    CHECK(MustFail(client.Call(Get("/api"))).kind == ErrorKind::kTls);
    next.ca_pem += cluster.ca.certificate_pem();
    REQUIRE(client.transport->ReplaceTls(next).ok());
    CHECK(client.Call(Get("/api")).ok());
  }
}

TEST_CASE("whoever is given as CA is trusted, be it an intermediate one") {
  const CertificateAuthority root("root");
  CertificateAuthority intermediate("intermediate", root);
  const PemPair pair = intermediate.Issue(kLoopback);
  RawHttpServer server(Hello, TlsServer{pair.certificate_pem, pair.key_pem, ""});
  TransportOptions options;
  options.tls.ca_pem = intermediate.certificate_pem();
  SECTION("alone, as a cluster with an external CA has it") {}
  SECTION("with its own issuer") { options.tls.ca_pem += root.certificate_pem(); }
  TransportFixture client(server.url(), options);
  const Result<HttpResponse> reply = client.Call(Get("/api"));
  INFO((reply.ok() ? std::string() : reply.error().message));
  CHECK(reply.ok());
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
  const HttpResponse reply = Must(client.Call(Get("/api")));
  REQUIRE(unsetenv(X509_get_default_cert_dir_env()) == 0);
  CHECK(reply.body == "hello");
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
    CHECK(Must(client.Call(Get("/api"))).body == "hello");
  }
  SECTION("another CA's is refused by the server") {
    const PemPair pair = cluster.other_ca.Issue({"system:windlass", {}});
    options.tls.certificate_pem = pair.certificate_pem;
    options.tls.key_pem = Secret(pair.key_pem);
    TransportFixture client(server.url(), options);
    CHECK(MustFail(client.Call(Get("/api"))).kind != ErrorKind::kMalformed);
    CHECK(server.requests().empty());
  }
}

TEST_CASE("a connection that is hung up during the handshake was not used") {
  RawHttpServer server([](Connection&, int) {});  // no TLS: closes at once
  TransportFixture client("https://127.0.0.1:" + std::to_string(server.port()));
  CHECK(MustFail(client.Call(Send(HttpMethod::kPost, "/api", "{}"))).kind == ErrorKind::kNotSent);
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
  const PemPair weak = cluster.ca.Issue({"weak", {}, 512});
  struct Row {
    std::string id;
    std::string ca_pem;
    std::string certificate_pem;
    std::string key_pem;
    std::string message;  // empty = the material is accepted
  };
  const std::string ca = cluster.ca.certificate_pem();
  const std::string damaged = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
  const std::vector<Row> rows = {
      {"nothing", "", "", "", ""},
      {"a CA", ca, "", "", ""},
      {"a bundle with text around", "# two\n" + ca + "between\n" + leaf.certificate_pem, "", "",
       ""},
      {"certificate and key", ca, leaf.certificate_pem, leaf.key_pem, ""},
      {"both in one text", ca, leaf.certificate_pem + leaf.key_pem,
       leaf.certificate_pem + leaf.key_pem, ""},
      {"a CA that is none", "hello", "", "", "no certificate in PEM form"},
      {"a CA cut short", ca.substr(0, ca.size() / 2), "", "", "certificate 1 is damaged"},
      {"a bundle cut short", ca + ca.substr(0, ca.size() / 2), "", "", "certificate 2 is damaged"},
      {"a bundle with a hole", ca + damaged + ca, "", "", "certificate 2 is damaged"},
      {"a chain cut short", ca, leaf.certificate_pem + ca.substr(0, ca.size() / 2), leaf.key_pem,
       "certificate 2 is damaged"},
      {"only a leaf (BI-06)", leaf.certificate_pem, "", "", "cannot issue others"},
      {"a key alone", ca, "", leaf.key_pem, "without a certificate"},
      {"a certificate alone", ca, leaf.certificate_pem, "", "without its key"},
      {"a certificate that is none", ca, "x", leaf.key_pem, "not a certificate"},
      {"a key that is none", ca, leaf.certificate_pem, "x", "not a private key"},
      {"another's key (BI-08)", ca, leaf.certificate_pem, other.key_pem, "does not belong"},
      {"an encrypted key (BI-08)", ca, leaf.certificate_pem, EncryptKey(leaf.key_pem), "encrypted"},
      {"a key that OpenSSL does not use", ca, weak.certificate_pem, weak.key_pem, "key too small"},
      {"an issuer that it does not use", ca, leaf.certificate_pem + weak.certificate_pem,
       leaf.key_pem, "key too small"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.id);
    TlsMaterial material;
    material.ca_pem = row.ca_pem;
    material.certificate_pem = row.certificate_pem;
    material.key_pem = Secret(row.key_pem);
    const auto identity = TlsIdentity::Parse(material, "host");
    CHECK(identity.ok() == row.message.empty());
    if (identity.ok() || row.message.empty()) continue;
    CHECK(identity.error().kind == ErrorKind::kConfig);
    CHECK(identity.error().message.find(row.message) != std::string::npos);
    CHECK(identity.error().message.find('\n') == std::string::npos);
  }
}

}  // namespace
}  // namespace windlass::tls_test
