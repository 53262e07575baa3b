// Bearer tokens on their way into requests (credentials.h, B-10).
#include "test/unit/transport/fixture.h"

namespace windlass {
namespace {

// A source under test control.
class ScriptedCredentials final : public CredentialSource {
 public:
  Result<Secret> BearerToken() override {
    ++asked;
    if (failure) return *failure;
    return Secret(token + std::to_string(asked));
  }
  void Refused(MonotonicTime started) override { refused.push_back(started); }

  int asked = 0;
  std::string token = "token-";
  std::optional<Error> failure;
  std::vector<MonotonicTime> refused;
};

TEST_CASE("the token is asked for once per request and dropped after a 401") {
  RawHttpServer server([](Connection& peer, int) {
    for (;;) {
      const std::string request = peer.ReadRequest();
      if (request.empty()) return;
      peer.Write(Response(Has(request, "token-1") ? "401 Unauthorized" : "200 OK", ""));
    }
  });
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

TEST_CASE("without a usable token nothing is sent") {
  RawHttpServer server(Always(Response("200 OK", "")));
  const auto credentials = std::make_shared<ScriptedCredentials>();
  TransportOptions options;
  options.credentials = credentials;
  TransportFixture client(server.url(), options);

  SECTION("the source has none") {
    credentials->failure = Error{ErrorKind::kConfig, "token file /t: empty"};
    const Result<HttpResponse> reply = client.Call(Get("/api"));
    REQUIRE_FALSE(reply.ok());
    CHECK(Has(reply.error().message, "token file /t: empty"));
  }
  SECTION("the token would forge a header (B-10)") {
    credentials->token = "a\r\nX-Forged: 1";
    const Result<HttpResponse> reply = client.Call(Get("/api"));
    REQUIRE_FALSE(reply.ok());
    CHECK(reply.error().kind == ErrorKind::kConfig);
    CHECK_FALSE(Has(reply.error().message, "Forged"));
  }
  CHECK(server.connections() == 0);
}

}  // namespace
}  // namespace windlass
