// Requests through an HTTP proxy: with a tunnel, and with a proxy that opens none.
#include "kubeclient/transport/failure.h"
#include "kubeclient/transport/own_connections.h"
#include "test/support/certificates.h"
#include "test/support/must.h"
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
    CHECK(Must(client.Call(Send(HttpMethod::kPost, "/api", "{}"))).body == "hello");
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
  CHECK(MustFail(client.Call(Get("/api"))).kind == ErrorKind::kTls);
}

TEST_CASE("without a tunnel the request was not sent, and the proxy's answer is explained") {
  struct Row {
    std::string answer;
    std::string user;
    std::string want;  // API stands for the server's address
  };
  const Row row = GENERATE(values<Row>({
      {"HTTP/1.1 407 Who are you\r\n\r\n", "",
       "the proxy asks for a user and a password (HTTP 407): write http://USER:PASSWORD@HOST:PORT "
       "into HTTPS_PROXY"},
      {"HTTP/1.1 407 Who are you\r\n\r\n", "jane",
       "the proxy does not accept the user and the password (HTTP 407): correct them in "
       "HTTPS_PROXY"},
      {"HTTP/1.1 403 No\r\nContent-Length: 4\r\n\r\nText", "",
       "the proxy does not allow a connection to API (HTTP 403): ask the administrators of the "
       "proxy"},
      {"HTTP/1.1 502 No such host\r\n\r\n", "",
       "the proxy cannot reach API (HTTP 502): check the address of the API server"},
      {"HTTP/1.1 302 Found\r\nLocation: http://login.invalid\r\n\r\n", "",
       "the proxy does not open a tunnel to API (HTTP 302): check that HTTPS_PROXY names an HTTP "
       "proxy"},
      {"nonsense\r\n\r\n", "",
       "the server at the proxy's address is not an HTTP proxy: check the name and port in "
       "HTTPS_PROXY"},
      {"HTTP/1.1 half a line", "",
       "the connection to the proxy ended before the proxy's answer was complete: check that "
       "HTTPS_PROXY names an HTTP proxy, and that the proxy runs"},
  }));
  CAPTURE(row.answer);
  const Hidden api("api.invalid", "DNS:api.invalid");
  const ConnectProxy proxy(row.answer);
  TransportOptions options = api.Through(proxy);
  options.proxy.user = row.user;
  options.proxy.password = Secret("s3cr3t");
  options.proxy.origin = "HTTPS_PROXY";
  options.proxy.without = "add api.invalid to NO_PROXY";
  TransportFixture client("https://" + api.authority(), options);
  for (const HttpMethod method : {HttpMethod::kGet, HttpMethod::kPost}) {
    const Error error = MustFail(
        client.Call(method == HttpMethod::kGet ? Get("/api") : Send(method, "/api", "{}")));
    CHECK(error.kind == ErrorKind::kNotSent);
    CHECK(IsOfProxy(error));
    std::string want = row.want;
    if (const size_t at = want.find("API ("); at != want.npos) want.replace(at, 3, api.authority());
    CHECK(error.message ==
          std::string(method == HttpMethod::kGet ? "GET" : "POST") + " https://" + api.authority() +
              "/api through the proxy http://127.0.0.1:" + std::to_string(proxy.port()) +
              " (HTTPS_PROXY): " + want + ", or do without the proxy: add api.invalid to NO_PROXY");
  }
}

TEST_CASE("a proxy that is not there") {
  const Hidden api("api.invalid", "DNS:api.invalid");
  TransportOptions options;
  options.proxy.host = "127.0.0.1";
  options.proxy.port = static_cast<uint16_t>(RefusingPort());
  options.tls.ca_pem = api.ca.certificate_pem();
  TransportFixture client("https://" + api.authority(), options);
  const Error error = MustFail(client.Call(Get("/api")));
  CHECK(error.kind == ErrorKind::kNotSent);
  CHECK(IsOfProxy(error));
  CHECK(Has(error.message,
            ": the proxy cannot be reached: check the name and port in its address, and that the "
            "proxy runs"));
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
  CHECK_FALSE(IsOfProxy(reply->error()));
  CHECK(Has(reply->error().message, " through the proxy http://127.0.0.1:"));
  CHECK(Has(reply->error().message, ": no answer within 10 s"));
}

TEST_CASE("a transport that is destroyed does not wait for a proxy that never answers") {
  const Hidden api("api.invalid", "DNS:api.invalid");
  const ConnectProxy proxy("");
  TransportFixture client("https://" + api.authority(), api.Through(proxy));
  client.transport->Call(Get("/api"), [](const Result<HttpResponse>&) {});
  REQUIRE(client.core.RunUntil([&] { return proxy.requests().size() == 1; }));
  const auto before = std::chrono::steady_clock::now();
  client.transport.reset();
  CHECK(std::chrono::steady_clock::now() - before < kTransportCloseMax);
}

TEST_CASE("a proxy whose answer does not end is given up after kTunnelAnswerMax") {
  const Hidden api("api.invalid", "DNS:api.invalid");
  const bool endless = GENERATE(false, true);
  const std::string filler = "\r\nX-Filler: " + std::string(kTunnelAnswerMax / 2, 'x');
  const ConnectProxy proxy("HTTP/1.1 407 Who are you" + filler + (endless ? "" : "\r\n\r\n"),
                           endless);
  TransportFixture client("https://" + api.authority(), api.Through(proxy));
  const Error error = MustFail(client.Call(Get("/api", std::chrono::hours(1))));
  CHECK(IsOfProxy(error));
  CHECK(Has(error.message, endless ? "answer was complete" : "(HTTP 407)"));
}

TEST_CASE("a tunnel that is open is left alone, however much comes through it (C-016)") {
  CertificateAuthority ca{"cluster CA"};
  const PemPair pair = ca.Issue({"kube-apiserver", {"DNS:api.invalid"}});
  const RawHttpServer server(Always(Response("200 OK", std::string(4 * kTunnelAnswerMax, 'x'))),
                             TlsServer{pair.certificate_pem, pair.key_pem, ""});
  const ConnectProxy proxy;
  TransportOptions options;
  options.tls.ca_pem = ca.certificate_pem();
  options.proxy.host = "127.0.0.1";
  options.proxy.port = static_cast<uint16_t>(proxy.port());
  const std::string authority = "api.invalid:" + std::to_string(server.port());
  TransportFixture client("https://" + authority, options);
  REQUIRE(client.Call(Get("/api")).ok());
  CHECK(EndUnopenedTunnels({options.proxy, authority}, kTunnelAnswerMax) == 0);
  CHECK(EndUnopenedTunnels({options.proxy, authority}, 0) == 0);
  CHECK(client.Call(Get("/api")).ok());
  CHECK(proxy.requests().size() == 1);
}

}  // namespace
}  // namespace windlass::proxy_test
