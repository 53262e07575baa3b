// What the answers to SelfSubjectAccessReviews mean (BI-21).
#include "kubeclient/client/access_review.h"

#include "test/catch.h"
#include "test/unit/client/fake_transport.h"

namespace windlass {
namespace {

const Right kGet{"get", "apps", "deployments", "", "", ""};
const Right kPatch{"patch", "apps", "deployments", "status", "shop", ""};

// Asks for both rights and answers every call with the same.
Result<std::vector<Right>> Missing(int status, const std::string& body) {
  sim::VirtualClock clock;
  TimerQueue timers;
  FakeTransport transport(clock, timers);
  std::vector<Result<std::vector<Right>>> said;
  FindMissingRights(transport, {kGet, kPatch}, [&](Result<std::vector<Right>> missing) {
    said.push_back(std::move(missing));
  });
  while (transport.waiting() > 0) {
    transport.Answer(HttpResponse{status, "application/json", body, {}});
  }
  REQUIRE(said.size() == 1);
  return std::move(said.front());
}

std::vector<std::string> Names(const std::vector<Right>& rights) {
  std::vector<std::string> names;
  for (const Right& right : rights) names.push_back(right.ToString());
  return names;
}

TEST_CASE("rights are missing unless the server says that they are allowed") {
  const std::vector<std::string> both = {"get deployments.apps in all namespaces",
                                         "patch deployments.apps/status in namespace shop"};
  struct Case {
    std::string status;
    std::vector<std::string> missing;
  };
  const Case cases[] = {
      {R"({"allowed":true})", {}},   {R"({"allowed":false,"reason":"RBAC"})", both},
      {R"({"allowed":null})", both}, {R"({"allowed":"true"})", both},
      {R"({"allowed":{}})", both},   {"{}", both},
  };
  for (const Case& c : cases) {
    CAPTURE(c.status);
    const Result<std::vector<Right>> missing = Missing(201, R"({"status":)" + c.status + "}");
    REQUIRE(missing.ok());
    CHECK(Names(*missing) == c.missing);
  }
}

TEST_CASE("what is no review is an error, once, and nothing more is asked") {
  for (const char* body : {"", "[]", "{}", R"({"status":"Failure"})"}) {
    CAPTURE(body);
    const Result<std::vector<Right>> missing = Missing(201, body);
    REQUIRE_FALSE(missing.ok());
    CHECK(missing.error().kind == ErrorKind::kMalformed);
  }
  CHECK(Missing(401, "{}").error().kind == ErrorKind::kUnauthorized);
  CHECK(Missing(500, R"({"status":{"allowed":true}})").error().kind == ErrorKind::kMalformed);
}

}  // namespace
}  // namespace windlass
