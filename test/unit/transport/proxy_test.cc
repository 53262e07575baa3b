// Requests through an HTTP proxy: with a tunnel, and with a proxy that opens none.
#include "test/support/certificates.h"
#include "test/unit/transport/connect_proxy.h"
#include "test/unit/transport/fixture.h"

namespace windlass::proxy_test {
namespace {

// An API server with a host name that only the proxy can look up.
struct Hidden {
  CertificateAuthority ca{"cluster CA"};
  std::string host;
  PemPair pair;
  RawHttpServer server;

  explicit Hidden(std::string name, const std::string& in_certificate)
      : host(std::move(name)),
        pair(ca.Issue({"kube-apiserver", {in_certificate}})),
        server(Always(Response("200 OK", "hello")),
               TlsServer{pair.certificate_pem, pair.key_pem, ""}) {}

  std::string authority() const { return host + ":" + std::to_string(server.port()); }
  TransportOptions Through(const ConnectProxy& proxy) const {
    TransportOptions options;
    options.tls.ca_pem = ca.certificate_pem();
    options.proxy.host = "127.0.0.1";
    options.proxy.port = static_cast<uint16_t>(proxy.port());
    return options;
  }
};

TEST_CASE("a request goes through a tunnel, TLS and the server's name are end to end") {
  const bool v6 = GENERATE(false, true);
  const Hidden api(v6 ? "[fd00::1]" : "api.invalid", v6 ? "IP:fd00::1" : "DNS:api.invalid");
  const ConnectProxy proxy;
  TransportOptions options = api.Through(proxy);
  SECTION("without credentials") {}
  SECTION("with credentials") {
    options.proxy.user = "jane";
    options.proxy.password = Secret("s3cr3t");
  }
  TransportFixture client("https://" + api.authority(), options);
  for (int i = 0; i < 2; ++i) {  // the second call goes through the same tunnel
    const Result<HttpResponse> reply = client.Call(Send(HttpMethod::kPost, "/api", "{}"));
    INFO((reply.ok() ? std::string() : reply.error().message));
    REQUIRE(reply.ok());
    CHECK(reply->body == "hello");
  }
  REQUIRE(proxy.requests().size() == 1);
  const std::string connect = proxy.requests().front();
  CHECK(connect.starts_with("CONNECT " + api.authority() + " HTTP/1.1\r\n"));
  const bool asked = !options.proxy.user.empty();
  CHECK(Has(connect, "Proxy-Authorization: Basic amFuZTpzM2NyM3Q=\r\n") == asked);
  CHECK(Has(api.server.requests().front(), "Host:" + api.authority() + "\r\n"));
  CHECK_FALSE(Has(api.server.requests().front(), "Proxy-Authorization"));
}

TEST_CASE("the proxy cannot pose as the server") {
  const Hidden api("api.invalid", "DNS:other.invalid");
  const ConnectProxy proxy;
  TransportFixture client("https://" + api.authority(), api.Through(proxy));
  const Result<HttpResponse> reply = client.Call(Get("/api"));
  REQUIRE_FALSE(reply.ok());
  CHECK(reply.error().kind == ErrorKind::kTls);
}

TEST_CASE("without a tunnel the request was not sent") {
  const std::string answer = GENERATE(as<std::string>(), "HTTP/1.1 407 Who are you\r\n\r\n",
                                      "HTTP/1.1 502 No such host\r\n\r\n", "nonsense\r\n\r\n");
  const Hidden api("api.invalid", "DNS:api.invalid");
  const ConnectProxy proxy(answer);
  TransportFixture client("https://" + api.authority(), api.Through(proxy));
  const Result<HttpResponse> reply = client.Call(Send(HttpMethod::kPost, "/api", "{}"));
  REQUIRE_FALSE(reply.ok());
  CAPTURE(reply.error().message);
  CHECK(reply.error().kind == ErrorKind::kNotSent);
  CHECK(Has(reply.error().message, "proxy"));
}

TEST_CASE("a proxy that is not there") {
  const Hidden api("api.invalid", "DNS:api.invalid");
  TransportOptions options;
  options.proxy.host = "127.0.0.1";
  options.proxy.port = static_cast<uint16_t>(RefusingPort());
  options.tls.ca_pem = api.ca.certificate_pem();
  TransportFixture client("https://" + api.authority(), options);
  const Result<HttpResponse> reply = client.Call(Get("/api"));
  REQUIRE_FALSE(reply.ok());
  CHECK(reply.error().kind == ErrorKind::kNotSent);
}

TEST_CASE("a proxy that never answers costs the deadline") {
  const Hidden api("api.invalid", "DNS:api.invalid");
  std::optional<Result<HttpResponse>> reply;
  auto proxy = std::make_unique<ConnectProxy>("");
  TransportFixture client("https://" + api.authority(), api.Through(*proxy));
  client.transport->Call(Send(HttpMethod::kPost, "/api", "{}", seconds(10)),
                         [&](Result<HttpResponse> got) { reply = std::move(got); });
  REQUIRE(client.core.RunUntil([&] { return proxy->requests().size() == 1; }));
  client.core.clock.Skip(seconds(10));
  client.core.Turn();
  REQUIRE(reply.has_value());
  CHECK(reply->error().kind == ErrorKind::kNotSent);
  proxy.reset();  // only this ends the library's wait
}

}  // namespace
}  // namespace windlass::proxy_test
