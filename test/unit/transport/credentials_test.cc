// How credentials get into requests (credentials.h, BI-10).
#include "kubeclient/transport/credentials.h"

#include <thread>

#include "test/support/must.h"
#include "test/unit/transport/fixture.h"

namespace windlass::credentials_test {
namespace {

// A source whose answers the test gives.
class ScriptedCredentials final : public CredentialSource {
 public:
  std::optional<Answer> Authorization(Later answer_later) override {
    ++asked;
    if (late) {
      later.push_back(std::move(answer_later));
      return std::nullopt;
    }
    return Now();
  }
  Answer Now() const {
    if (failure) return *failure;
    return BearerHeader(Secret(token + std::to_string(asked)));
  }
  void Refused(MonotonicTime started) override { refused.push_back(started); }

  int asked = 0;
  bool late = false;
  std::vector<Later> later;
  std::string token = "token-";
  std::optional<Error> failure;
  std::vector<MonotonicTime> refused;
};

TEST_CASE("the token is asked for once per request and dropped after a 401 (R-024)") {
  RawHttpServer server(Answers([](const std::string& request) {
    const bool refused = Has(request, "Authorization:Bearer token-1\r\n");
    return Response(refused ? "401 Unauthorized" : "200 OK", "");
  }));
  const auto credentials = std::make_shared<ScriptedCredentials>();
  TransportOptions options;
  options.credentials = credentials;
  TransportFixture client(server.url(), options);

  const MonotonicTime before = client.core.clock.Now();
  CHECK(client.Call(Get("/api"))->status == 401);
  REQUIRE(credentials->refused.size() == 1);
  CHECK(credentials->refused.front() >= before);
  CHECK(client.Call(Get("/api"))->status == 200);
  CHECK(credentials->asked == 2);
  CHECK(credentials->refused.size() == 1);
}

TEST_CASE("without a usable token nothing is sent (BI-10)") {
  RawHttpServer server(Always(Response("200 OK", "")));
  const auto credentials = std::make_shared<ScriptedCredentials>();
  TransportOptions options;
  options.credentials = credentials;
  TransportFixture client(server.url(), options);

  SECTION("the source has none") {
    credentials->failure = Error{ErrorKind::kConfig, "token file /t: empty"};
    CHECK(Has(MustFail(client.Call(Get("/api"))).message, "token file /t: empty"));
  }
  SECTION("the token would forge a header (BI-10)") {
    credentials->token = "a\r\nX-Forged: 1";
    const Error error = MustFail(client.Call(Get("/api")));
    CHECK(error.kind == ErrorKind::kConfig);
    CHECK_FALSE(Has(error.message, "Forged"));
  }
  CHECK(server.connections() == 0);
}

TEST_CASE("a request waits for credentials that are not at hand") {
  RawHttpServer server(Always(Response("200 OK", "hello")));
  const auto credentials = std::make_shared<ScriptedCredentials>();
  credentials->late = true;
  TransportOptions options;
  options.credentials = credentials;
  TransportFixture client(server.url(), options);
  std::optional<Result<HttpResponse>> reply;
  const CallId id = client.transport->Call(Send(HttpMethod::kPost, "/api", "{}", seconds(10)),
                                           [&](Result<HttpResponse> got) { reply = got; });
  REQUIRE(credentials->later.size() == 1);
  const auto answer = credentials->later.front();

  SECTION("until they come") {
    std::thread([&] { answer(credentials->Now()); }).join();
    REQUIRE(client.core.RunUntil([&] { return reply.has_value(); }));
    REQUIRE(reply->ok());
    CHECK((*reply)->body == "hello");
    CHECK(Has(server.requests().front(), "Authorization:Bearer token-1\r\n"));
  }
  SECTION("until there are none") {
    credentials->failure = Error{ErrorKind::kUnauthorized, "the plugin failed"};
    answer(credentials->Now());
    REQUIRE(client.core.RunUntil([&] { return reply.has_value(); }));
    REQUIRE_FALSE(reply->ok());
    CHECK(reply->error().kind == ErrorKind::kUnauthorized);
    CHECK(Has(reply->error().message, "/api: the plugin failed"));
    CHECK(server.connections() == 0);
  }
  SECTION("until its deadline: nothing was sent") {
    client.core.clock.Skip(seconds(10));
    client.core.Turn();
    REQUIRE(reply.has_value());
    REQUIRE_FALSE(reply->ok());
    CHECK(reply->error().kind == ErrorKind::kNotSent);
    answer(credentials->Now());
    client.core.Turn();
    CHECK(server.connections() == 0);
  }
  SECTION("until it is cancelled") {
    client.transport->Cancel(id);
    REQUIRE(client.core.RunUntil([&] { return reply.has_value(); }));
    CHECK(reply->error().kind == ErrorKind::kCancelled);
    answer(credentials->Now());
    client.core.Turn();
    CHECK(server.connections() == 0);
  }
  SECTION("but not beyond the transport") {
    client.transport.reset();
    answer(credentials->Now());
    client.core.Turn();
    CHECK_FALSE(reply.has_value());
  }
}

TEST_CASE("headers of every request, several values under one name among them") {
  RawHttpServer server(Always(Response("200 OK", "")));
  TransportOptions options;
  options.headers = {{"Impersonate-User", "jane doe"},
                     {"Impersonate-Group", "a, b"},
                     {"Impersonate-Group", "c"},
                     {"Impersonate-Extra-dc%2Fx", "y"}};
  TransportFixture client(server.url(), options);
  REQUIRE(client.Call(Get("/api")).ok());
  const std::string request = server.requests().front();
  CAPTURE(request);
  CHECK(Has(request, "\r\nImpersonate-User:jane doe\r\n"));
  CHECK(Has(request, "\r\nImpersonate-Group:a, b\r\nImpersonate-Group: c\r\n"));
  CHECK(Has(request, "\r\nImpersonate-Extra-dc%2Fx:y\r\n"));
}

TEST_CASE("what an Authorization header says") {
  CHECK(BearerHeader(Secret("abc")).Reveal() == "Bearer abc");
  CHECK(BearerHeader(Secret()).empty());
  CHECK(BasicHeader("Aladdin", Secret("open sesame")).Reveal() ==
        "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
  CHECK(BasicHeader("a", Secret()).Reveal() == "Basic YTo=");
  CHECK(BasicHeader("a", Secret("b")).Reveal() == "Basic YTpi");
}

TEST_CASE("what may stand in a header") {
  CHECK(IsHeaderValue(""));
  CHECK(IsHeaderValue("a b~"));
  CHECK_FALSE(IsHeaderValue("a\r\nb"));
  CHECK_FALSE(IsHeaderValue("a\tb"));
  CHECK_FALSE(IsHeaderValue("\xc3\xa9"));
  CHECK(IsHeaderName("Impersonate-User"));
  CHECK_FALSE(IsHeaderName(""));
  CHECK_FALSE(IsHeaderName("a b"));
  CHECK_FALSE(IsHeaderName("a:b"));
  CHECK(EscapeHeaderName("acme.com/project 100%") == "acme.com%2Fproject%20100%25");
  CHECK(IsHeaderName(EscapeHeaderName("\xc3\xa9\r\n:")));
}

}  // namespace
}  // namespace windlass::credentials_test
