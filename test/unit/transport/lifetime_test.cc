// The life of a transport: many calls, cancellation, renewal, destruction (transport.h).
#include <algorithm>

#include "test/support/certificates.h"
#include "test/support/must.h"
#include "test/unit/transport/fixture.h"

namespace windlass::lifetime_test {
namespace {

TEST_CASE("a cancelled call is told so, once") {
  RawHttpServer server([](Connection& peer, int) {
    const std::string request = peer.ReadRequest();
    if (Has(request, "/half")) peer.Write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc");
    peer.WaitForPeerToClose();
  });
  TransportFixture client(server.url());
  const std::string target = GENERATE(as<std::string>(), "/nothing", "/half");
  int replies = 0;
  std::optional<Result<HttpResponse>> reply;
  const CallId id = client.transport->Call(Get(target), [&](Result<HttpResponse> got) {
    ++replies;
    reply = std::move(got);
  });
  SECTION("before it is sent") {}
  SECTION("while the server is thinking") {
    REQUIRE(client.core.RunUntil([&] { return server.requests().size() == 1; }));
  }
  client.transport->Cancel(id);
  client.transport->Cancel(id);
  CHECK(replies == 0);  // not before Cancel has returned
  REQUIRE(client.core.RunUntil([&] { return reply.has_value(); }));
  REQUIRE_FALSE(reply->ok());
  CHECK(reply->error().kind == ErrorKind::kCancelled);
  client.transport->Cancel(id);
  client.transport->Cancel(12345);
  CHECK(client.core.RunUntil([&] { return server.closed() == server.connections(); }));
  client.core.Turn();
  CHECK(replies == 1);
}

TEST_CASE("many calls at once are each answered once") {
  RawHttpServer server(Answers([](const std::string& request) {
    return Response("200 OK", request.substr(4, request.find(" HTTP") - 4));
  }));
  TransportFixture client(server.url());
  constexpr int kCalls = 200;
  std::vector<int> replies(kCalls, 0);
  for (int i = 0; i < kCalls; ++i) {
    client.transport->Call(Get("/" + std::to_string(i)), [&replies, i](Result<HttpResponse> reply) {
      if (reply.ok() && reply->body == "/" + std::to_string(i)) ++replies[static_cast<size_t>(i)];
    });
  }
  CHECK(client.transport->counters().calls == kCalls);
  REQUIRE(client.core.RunUntil([&] { return client.transport->counters().calls == 0; }));
  CHECK(std::all_of(replies.begin(), replies.end(), [](int n) { return n == 1; }));
}

TEST_CASE("renewed connections leave nothing of the old pool in use") {
  RawHttpServer server(Always(Response("200 OK", "")));
  TransportFixture client(server.url());
  CHECK(client.Call(Get("/api")).ok());
  REQUIRE(client.transport->ReplaceTls({}).ok());
  CHECK(client.Call(Get("/api")).ok());
  CHECK(server.connections() == 2);
  CHECK(client.core.RunUntil([&] { return server.closed() == 1; }));  // the old one is closed
}

TEST_CASE("nothing is called back after destruction") {
  RawHttpServer server(Answers([](const std::string& request) {
    if (Has(request, "/stream")) return ChunkedHead() + Chunk("a\nb\n");
    return Has(request, "/answered") ? Response("200 OK", "") : std::string();
  }));
  TransportFixture client(server.url());
  int called = 0;
  const auto count = [&called](auto&&) { ++called; };
  client.transport->Call(Get("/answered"), count);
  client.transport->Call(Send(HttpMethod::kPost, "/open", "{}"), count);
  client.transport->Stream(Get("/stream"), {count, count});
  client.transport->Cancel(client.transport->Call(Get("/cancelled"), count));
  REQUIRE(client.core.RunUntil([&] { return server.requests().size() >= 3; }));
  const int before = called;  // handlers that ran before the destruction
  client.transport.reset();
  client.core.Turn();
  CHECK(called == before);
  CHECK(client.core.timers.empty());
}

TEST_CASE("a transport that cannot work is not made") {
  struct Row {
    std::string server;
    std::string message;
  };
  const Row row = GENERATE(values<Row>({
      {"", "has no scheme"},
      {"10.0.0.1:6443", "has no scheme"},
      {"ftp://host", "has no scheme"},
      {"https://", "is not an address"},
      {"http://127.0.0.1:1", "clear text"},
      {"https://h", "header X-%20: its name is empty, or its name or value has"},
      {"https://h", "user agent is empty"},
  }));
  TestCoreLoop core;
  TransportOptions options;
  options.server = row.server;
  options.tls.ca_pem = CertificateAuthority("ca").certificate_pem();
  if (!Has(row.message, "user agent")) {
    options.user_agent = "windlass-test";
    options.headers = {{"X-Good", "a b"}, {"X- ", "a"}};
  }
  if (Has(row.message, "clear text")) options.proxy.host = "proxy";
  const Error error =
      MustFail(CppRestTransport::Create(core.clock, core.timers, core.inbox, options));
  CHECK(error.kind == ErrorKind::kConfig);
  CHECK(Has(error.message, row.message));
}

}  // namespace
}  // namespace windlass::lifetime_test
