// The contract of Transport::Call against a server that misbehaves on command (transport.h,
// C-016).
#include <atomic>
#include <map>
#include <mutex>
#include <set>

#include "test/support/must.h"
#include "test/unit/transport/fixture.h"

namespace windlass::calls_test {
namespace {

TEST_CASE("a request goes out as it was given") {
  RawHttpServer server(Always(Response("200 OK", "{}")));
  TransportOptions options;
  options.user_agent = "windlass/0.1";
  options.credentials = std::make_shared<FixedCredentials>(BearerHeader(Secret("t0k3n")));
  TransportFixture client(server.url(), options);

  const std::string target =
      "/apis/apps/v1/namespaces/d/deployments/web/status?fieldManager=windlass&"
      "labelSelector=a%20in%20%28b%2Cc%29%2C%21x&fieldSelector=status.phase%21%3DFailed";
  HttpRequest request = Send(HttpMethod::kPatch, target, R"({"spec":{"replicas":3}})");
  request.content_type = "application/merge-patch+json";
  request.accept = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json";
  const HttpResponse reply = Must(client.Call(request));

  CHECK(reply.status == 200);
  CHECK(reply.body == "{}");
  REQUIRE(server.requests().size() == 1);
  const std::string sent = server.requests().front();
  CAPTURE(sent);
  CHECK(sent.starts_with("PATCH " + target + " HTTP/1.1\r\n"));
  CHECK(Has(sent, "Host:127.0.0.1:" + std::to_string(server.port()) + "\r\n"));
  CHECK(Has(sent, "Accept:" + request.accept + "\r\n"));
  CHECK(Has(sent, "Content-Type:application/merge-patch+json\r\n"));
  CHECK(Has(sent, "Content-Length:23\r\n"));
  CHECK(Has(sent, "User-Agent:windlass/0.1\r\n"));
  CHECK(Has(sent, "Authorization:Bearer t0k3n\r\n"));
  CHECK(sent.ends_with("\r\n\r\n" + request.body));
  // Compression costs the API server more than the wire (R-028).
  CHECK_FALSE(Has(sent, "Accept-Encoding"));
  CHECK_FALSE(Has(sent, "Transfer-Encoding"));
}

TEST_CASE("each method goes out under its name, with a body where there is one") {
  struct Row {
    HttpMethod method;
    std::string name;
    std::string body;
    bool has_length;
  };
  const Row row = GENERATE(values<Row>({
      {HttpMethod::kGet, "GET", "", false},
      {HttpMethod::kPost, "POST", "{}", true},
      {HttpMethod::kPut, "PUT", "{}", true},
      {HttpMethod::kDelete, "DELETE", R"({"preconditions":{"uid":"u"}})", true},
      {HttpMethod::kDelete, "DELETE", "", true},
      // More than the library reads from a body at a time.
      {HttpMethod::kPut, "PUT", std::string(300'000, 'x'), true},
  }));
  CAPTURE(row.name, row.body.size());
  RawHttpServer server(Always(Response("200 OK", "")));
  TransportFixture client(server.url() + "/prefix/");
  HttpRequest request = Send(row.method, "/api", row.body);
  if (row.body.empty()) request.content_type.clear();

  CHECK(client.Call(request).ok());
  REQUIRE(server.requests().size() == 1);
  const std::string sent = server.requests().front();
  CHECK(sent.starts_with(row.name + " /prefix/api HTTP/1.1\r\n"));
  CHECK(Has(sent, "Content-Length") == row.has_length);
  CHECK(sent.substr(sent.find("\r\n\r\n") + 4) == row.body);
}

TEST_CASE("every status is a value, a redirect among them") {
  const std::string status =
      GENERATE(as<std::string>(), "200 OK", "201 Created", "302 Found", "307 Temporary Redirect",
               "401 Unauthorized", "404 Not Found", "409 Conflict", "422 Unprocessable Entity",
               "429 Too Many Requests", "500 Internal Server Error", "504 Gateway Timeout");
  CAPTURE(status);
  RawHttpServer elsewhere(Always(Response("200 OK", "stolen")));
  RawHttpServer server(Always(Response(status, R"({"kind":"Status"})",
                                       "Content-Type: application/json\r\nRetry-After: 7\r\n"
                                       "Location: " +
                                           elsewhere.url() + "/x\r\n")));
  TransportFixture client(server.url());

  for (const HttpMethod method : {HttpMethod::kGet, HttpMethod::kPost}) {
    const HttpResponse reply = Must(client.Call(Send(method, "/api", "{}")));
    CHECK(reply.status == std::stoi(status));
    CHECK(reply.body == R"({"kind":"Status"})");
    CHECK(reply.content_type == "application/json");
    CHECK(reply.retry_after == Duration(seconds(7)));
  }
  CHECK(server.requests().size() == 2);
  CHECK(elsewhere.connections() == 0);
}

TEST_CASE("a chunked body is put together") {
  RawHttpServer server(
      Always(ChunkedHead() + Chunk("abc") + Chunk("def") + std::string(kLastChunk)));
  TransportFixture client(server.url());
  CHECK(Must(client.Call(Get("/api"))).body == "abcdef");
}

TEST_CASE("what failed before anything was sent may be sent again (C-015)") {
  TransportFixture client("http://127.0.0.1:" + std::to_string(RefusingPort()));
  const HttpMethod method = GENERATE(HttpMethod::kGet, HttpMethod::kPost, HttpMethod::kPatch);
  const Error error = MustFail(client.Call(Send(method, "/api", "{}")));
  CHECK(error.kind == ErrorKind::kNotSent);
  CHECK(Has(error.message, "/api: Failed to connect"));
}

TEST_CASE("a name that does not resolve was not reached") {
  TransportFixture client("http://no-such-host.invalid:6443");
  CHECK(MustFail(client.Call(Send(HttpMethod::kPost, "/api", "{}"))).kind == ErrorKind::kNotSent);
}

TEST_CASE("a request without an answer is ambiguous (S-003)") {
  struct Row {
    std::string id;
    std::string answer;  // what the server sends before it closes the connection
  };
  const Row row = GENERATE(values<Row>({
      {"closed at once", ""},
      {"closed within the headers", "HTTP/1.1 200 OK\r\nContent-"},
      {"closed within the body", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"a\""},
      {"closed within a chunk",
       "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n{\"a\""},
      {"closed between chunks",
       "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"},
      {"a later answer announced", "HTTP/1.1 103 Early Hints\r\n\r\n"},
  }));
  CAPTURE(row.id);
  RawHttpServer server([&row](Connection& peer, int) {
    peer.ReadRequest();
    peer.Write(row.answer);
  });
  TransportFixture client(server.url());
  CHECK(MustFail(client.Call(Send(HttpMethod::kPost, "/api", "{}"))).kind == ErrorKind::kAmbiguous);
  CHECK(server.requests().size() == 1);
}

TEST_CASE("an answer that is no HTTP is malformed for a read, ambiguous for a write") {
  RawHttpServer server(Always("SSH-2.0-OpenSSH_9.2\r\n\r\n"));
  TransportFixture client(server.url());
  CHECK(MustFail(client.Call(Get("/api"))).kind == ErrorKind::kMalformed);
  CHECK(MustFail(client.Call(Send(HttpMethod::kPut, "/api", "{}"))).kind == ErrorKind::kAmbiguous);
}

// Repeats `scenario` until it returns true: its second call has reused the first one's connection.
// The library puts a connection back into its pool only after the answer has arrived, so the next
// call may come too early for that.
void UntilReused(const std::function<bool()>& scenario) {
  for (int attempt = 0; attempt < 50; ++attempt) {
    if (scenario()) return;
  }
  FAIL("no connection was ever used twice");
}

TEST_CASE("a write is never sent twice, a read may be (C-016)") {
  struct Row {
    HttpMethod method;
    std::string body;
    bool replayed;
  };
  const Row row = GENERATE(values<Row>({
      {HttpMethod::kPost, "{}", false},
      {HttpMethod::kPatch, "{}", false},
      {HttpMethod::kDelete, "", false},
      {HttpMethod::kGet, "", true},
  }));
  CAPTURE(static_cast<int>(row.method));
  UntilReused([&row] {
    // On the first connection the server reads a second request, as if to execute it, and hangs up.
    std::atomic<bool> reused = false;
    RawHttpServer server([&reused](Connection& peer, int nth) {
      peer.ReadRequest();
      peer.Write(Response("200 OK", "first"));
      if (nth == 0) reused = !peer.ReadRequest().empty();
    });
    TransportFixture client(server.url());
    REQUIRE(client.Call(Get("/warm")).ok());
    const Result<HttpResponse> reply = client.Call(Send(row.method, "/api", row.body));
    if (!reused) return false;
    if (row.replayed) {
      CHECK(reply.ok());
      CHECK(server.requests().size() == 3);
    } else {
      REQUIRE_FALSE(reply.ok());
      CHECK(reply.error().kind == ErrorKind::kAmbiguous);
      CHECK(server.requests().size() == 2);
    }
    return true;
  });
}

TEST_CASE("a request on a connection that died in the pool was not sent") {
  struct Row {
    HttpMethod method;
    bool reset;  // true: the connection is reset; false: closed in order
  };
  const Row row = GENERATE(values<Row>({{HttpMethod::kPatch, false},
                                        {HttpMethod::kPatch, true},
                                        {HttpMethod::kGet, false},
                                        {HttpMethod::kGet, true}}));
  CAPTURE(static_cast<int>(row.method), row.reset);
  UntilReused([&row] {
    RawHttpServer server([&row](Connection& peer, int nth) {
      while (!peer.ReadRequest().empty()) {
        peer.Write(Response("200 OK", "answer"));
        if (nth > 0) continue;
        if (row.reset) peer.Reset();
        return;
      }
    });
    TransportFixture client(server.url());
    REQUIRE(client.Call(Get("/warm")).ok());
    REQUIRE(client.core.RunUntil([&] { return server.closed() == 1; }));

    const Result<HttpResponse> reply = client.Call(Send(row.method, "/api", "{}"));
    if (reply.ok() && row.method != HttpMethod::kGet) return false;  // it had a fresh connection
    if (!reply.ok()) {
      CHECK(reply.error().kind == ErrorKind::kNotSent);
      CHECK(server.requests().size() == 1);
      CHECK(client.Call(Send(row.method, "/again", "{}")).ok());
    }
    return true;
  });
}

TEST_CASE("a deadline is total: whatever the server does meanwhile (C-016)") {
  struct Row {
    std::string id;
    HttpMethod method;
    std::string body;
    std::string begin;  // the beginning of an answer that never ends
  };
  const Row row = GENERATE(values<Row>({
      {"no answer to a write", HttpMethod::kPost, "{}", ""},
      {"no answer to a write without a body", HttpMethod::kDelete, "", ""},
      {"no answer to a read", HttpMethod::kGet, "", ""},
      {"half a body", HttpMethod::kPatch, "{}",
       "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc"},
  }));
  CAPTURE(row.id);
  RawHttpServer server([&row](Connection& peer, int) {
    peer.ReadRequest();
    peer.Write(row.begin);
    peer.WaitForPeerToClose();
  });
  TransportFixture client(server.url());
  std::optional<Result<HttpResponse>> reply;
  client.transport->Call(Send(row.method, "/api", row.body, seconds(10)),
                         [&](Result<HttpResponse> got) { reply = std::move(got); });
  REQUIRE(client.core.RunUntil([&] { return server.requests().size() == 1; }));
  CHECK_FALSE(reply.has_value());
  client.core.clock.Skip(seconds(10));
  client.core.Turn();
  REQUIRE(reply.has_value());
  REQUIRE_FALSE(reply->ok());
  CHECK(reply->error().kind == ErrorKind::kAmbiguous);
  CHECK(Has(reply->error().message, "/api: no answer within 10 s"));
  // The client closes the connection, so that no other call takes the late answer for its own.
  CHECK(client.core.RunUntil([&] { return server.closed() == 1; }));
}

TEST_CASE("a response above the limit is refused, not collected (BI-74)") {
  RawHttpServer server([](Connection& peer, int) {
    peer.ReadRequest();
    peer.Write("HTTP/1.1 200 OK\r\nContent-Length: 99000000000\r\n\r\n");
    const std::string piece(1U << 20U, 'x');
    while (peer.Write(piece)) {
    }
  });
  TransportFixture client(server.url());
  const Error error = MustFail(client.Call(Get("/api")));
  CHECK(error.kind == ErrorKind::kTooLarge);
  CHECK(Has(error.message, "larger than 32 MiB"));
  CHECK(MustFail(client.Call(Send(HttpMethod::kPut, "/api", "{}"))).kind == ErrorKind::kAmbiguous);
  CHECK(client.core.RunUntil([&] { return server.closed() == 2; }));
}

TEST_CASE("each class of calls has its own connections (C-017)") {
  std::mutex mutex;
  std::map<int, std::set<std::string>> seen;  // connection to what was seen on it
  RawHttpServer server([&](Connection& peer, int nth) {
    for (;;) {
      const std::string request = peer.ReadRequest();
      if (request.empty()) return;
      {
        const std::scoped_lock lock(mutex);
        seen[nth].insert(request.substr(0, request.find(" HTTP")));
      }
      peer.Write(Response("200 OK", ""));
    }
  });
  TransportFixture client(server.url());
  for (int i = 0; i < 10; ++i) {
    HttpRequest call = Get("/call");
    HttpRequest lease = Get("/lease");
    HttpRequest watch = Get("/watch");
    lease.call_class = CallClass::kLease;
    watch.call_class = CallClass::kWatch;
    for (const HttpRequest& request : {call, lease, watch}) CHECK(client.Call(request).ok());
  }
  const std::scoped_lock lock(mutex);
  for (const auto& [connection, requests] : seen) CHECK(requests.size() == 1);
}

TEST_CASE("the answer behind an informational response is nobody else's (C-016)") {
  RawHttpServer server([](Connection& peer, int nth) {
    peer.ReadRequest();
    if (nth == 0) peer.Write("HTTP/1.1 100 Continue\r\n\r\n");
    peer.Write(Response("200 OK", nth == 0 ? "of the first" : "of the second"));
    peer.WaitForPeerToClose();
  });
  TransportFixture client(server.url());
  CHECK_FALSE(client.Call(Send(HttpMethod::kPut, "/first", "{}")).ok());
  const HttpResponse second = Must(client.Call(Send(HttpMethod::kPut, "/second", "{}")));
  CHECK(second.body == "of the second");
}

TEST_CASE("a target that is no URI is an error, not an exception") {
  RawHttpServer server(Always(Response("200 OK", "")));
  TransportFixture client(server.url());
  CHECK(MustFail(client.Call(Get("/a b\r\nX-Forged: 1"))).kind == ErrorKind::kInvalid);
  CHECK(server.connections() == 0);
}

}  // namespace
}  // namespace windlass::calls_test
